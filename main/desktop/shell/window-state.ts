import type { BrowserWindow, Rectangle, Screen } from 'electron';
import * as v from 'valibot';
import { JsonFile } from '../common/index.ts';

const size = v.pipe(v.number(), v.integer());
const stateSchema = v.strictObject({
  bounds: v.nullable(v.strictObject({ x: size, y: size, width: size, height: size })),
  maximized: v.boolean(),
});
type State = v.InferOutput<typeof stateSchema>;

/** Remembers where the window was. */
export class WindowState {
  readonly #file: JsonFile<typeof stateSchema>;
  readonly #screen: Screen;
  #state: State;

  private constructor(file: JsonFile<typeof stateSchema>, state: State, screen: Screen) {
    this.#file = file;
    this.#state = state;
    this.#screen = screen;
  }

  static async open(path: string, screen: Screen): Promise<WindowState> {
    const file = new JsonFile(path, stateSchema, { bounds: null, maximized: false });
    return new WindowState(file, await file.read(), screen);
  }

  /** Where the window was, if that is still on a screen. */
  get bounds(): Rectangle | null {
    const { bounds } = this.#state;
    if (bounds === null) return null;
    const { workArea } = this.#screen.getDisplayMatching(bounds);
    const visible =
      bounds.x + bounds.width > workArea.x + 100 &&
      bounds.x < workArea.x + workArea.width - 100 &&
      bounds.y >= workArea.y - 20 &&
      bounds.y < workArea.y + workArea.height - 100;
    return visible ? bounds : null;
  }

  get maximized(): boolean {
    return this.#state.maximized;
  }

  async remember(window: BrowserWindow): Promise<void> {
    this.#state = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    await this.#file.write(this.#state);
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { expect } from 'vitest';
import type {
  AnyEvent,
  Bridge,
  CallName,
  EventData,
  EventName,
  Input,
  Output,
  Result,
} from '../../../shared/contract.ts';
import type { FailureCode } from '../../../shared/failure.ts';

declare global {
  interface Window {
    readonly claviger: Bridge<File>;
    /** Events since the page was loaded. */
    seen?: AnyEvent[];
  }
}

export const PIN = '482913';

interface Place {
  /** Everything of one test is below. */
  readonly home: string;
  /** The app's folder or executable; the built tree with the resolved runtime by default. */
  readonly args?: readonly string[];
}

/** The real app with its real window, in a home of its own. */
export class Driver {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly home: string;

  private constructor(app: ElectronApplication, page: Page, home: string) {
    this.app = app;
    this.page = page;
    this.home = home;
  }

  static async start({ home, args = [] }: Place): Promise<Driver> {
    const executablePath = process.env['CLAVIGER_E2E_EXECUTABLE'] ?? '';
    const packaged = process.env['CLAVIGER_E2E_PACKAGED'] === '1';
    const isRoot = process.getuid?.() === 0;
    const app = await _electron.launch({
      executablePath,
      args: [
        ...(packaged ? [] : [path.resolve(import.meta.dirname, '../../..')]),
        ...(isRoot ? ['--no-sandbox'] : []),
        `--user-data-dir=${path.join(home, 'data')}`,
        ...args,
      ],
      // Otherwise Playwright pins the scheme and the app's own setting has no effect.
      colorScheme: null,
      env: { ...stringsOnly(process.env), HOME: home },
    });
    const page = await app.firstWindow();
    const driver = new Driver(app, page, home);
    await driver.#listen();
    return driver;
  }

  /** A call as a page makes it. */
  async ask<C extends CallName>(name: C, input: Input<C>): Promise<Result<Output<C>>> {
    return this.raw(name, input) as Promise<Result<Output<C>>>;
  }

  /** A call that must succeed. */
  async call<C extends CallName>(name: C, input: Input<C>): Promise<Output<C>> {
    const result = await this.ask(name, input);
    if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result)}`);
    return result.value;
  }

  /** A call that must fail so. */
  async fails<C extends CallName>(name: C, input: Input<C>, code: FailureCode): Promise<void> {
    expect(await this.ask(name, input)).toMatchObject({ ok: false, failure: { code } });
  }

  /** Whatever a page could send. */
  raw(name: unknown, input: unknown): Promise<unknown> {
    return this.page.evaluate(
      ([each, value]) => window.claviger.call(each as CallName, value as never),
      [name, input],
    );
  }

  /** Events of this name since the page was loaded. */
  async events<E extends EventName>(name: E): Promise<EventData<E>[]> {
    const seen = await this.page.evaluate(() => window.seen ?? []);
    return seen.filter((event) => event.name === name).map(({ data }) => data as EventData<E>);
  }

  /** Does what makes the window load anew, as every lock does. */
  async reloads(work: () => Promise<unknown>): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await work().catch((error: unknown) => {
      // The answer may come to a page that is gone.
      if (!String(error).includes('Execution context was destroyed')) throw error;
    });
    await loaded;
    await this.#listen();
  }

  /** Drops files and folders as a file manager does, with their true paths. */
  async drop(files: readonly string[], at = { x: 640, y: 400 }): Promise<void> {
    const cdp = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: [...files], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await cdp.send('Input.dispatchDragEvent', { type, ...at, data });
    await cdp.detach();
  }

  /** Answers the next open dialogs with these paths. */
  async answerDialogs(paths: readonly string[]): Promise<void> {
    await this.app.evaluate(
      ({ dialog }, filePaths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths });
        dialog.showSaveDialog = () =>
          Promise.resolve({ canceled: false, filePath: filePaths[0] ?? '' });
      },
      [...paths],
    );
  }

  /** Quits as a person does; an app that does not end is a failure. */
  async stop(): Promise<void> {
    const child = this.app.process();
    const patience = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await this.app.close();
    clearTimeout(patience);
    expect(child.signalCode, 'the app had to be killed').toBe(null);
  }

  async #listen(): Promise<void> {
    await this.page.evaluate(() => {
      window.seen = [];
      window.claviger.on((event) => window.seen?.push(event));
    });
  }
}

const stringsOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** An empty home, removed by the returned function. */
export const makeHome = async (): Promise<{ home: string; remove: () => Promise<void> }> => {
  const home = await mkdtemp(path.join(tmpdir(), 'claviger-app-'));
  return { home, remove: () => rm(home, { recursive: true, force: true }) };
};

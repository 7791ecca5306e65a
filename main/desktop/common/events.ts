import {
  type AnyEvent,
  type EventData,
  type EventName,
  lockedEvents,
} from '../../../shared/contract.ts';

type Listener = (event: AnyEvent) => void;

/** Carries events to whoever listens. */
export class Events {
  readonly #listeners = new Set<Listener>();
  readonly #isUnlocked: () => boolean;

  constructor(isUnlocked: () => boolean) {
    this.#isUnlocked = isUnlocked;
  }

  /** @returns ends the listening */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the window may know: of a locked vault nothing, also where a batch goes on behind it. */
  listenAsWindow(listener: Listener): () => void {
    return this.listen((event) => {
      if (this.#isUnlocked() || lockedEvents.some((name) => name === event.name)) listener(event);
    });
  }

  push<E extends EventName>(name: E, data: EventData<E>): void {
    // The pair fits by the signature above; the union of pairs cannot express that.
    const event = { name, data } as AnyEvent;
    for (const listener of this.#listeners) listener(event);
  }
}

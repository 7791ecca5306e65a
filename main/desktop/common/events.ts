import {
  type AnyEvent,
  type EventData,
  type EventName,
  lockedEvents,
} from '../../../shared/contract.ts';

type Listener = (event: AnyEvent) => void;

/** Sends events to all listeners. */
export class Events {
  readonly #listeners = new Set<Listener>();
  readonly #isUnlocked: () => boolean;

  constructor(isUnlocked: () => boolean) {
    this.#isUnlocked = isUnlocked;
  }

  /** @returns a function that stops listening */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What the window may know: nothing about a locked vault, even while a batch is running. */
  listenAsWindow(listener: Listener): () => void {
    return this.listen((event) => {
      if (this.#isUnlocked() || lockedEvents.some((name) => name === event.name)) listener(event);
    });
  }

  push<E extends EventName>(name: E, data: EventData<E>): void {
    // The signature above guarantees the pair; a union of pairs cannot express that.
    const event = { name, data } as AnyEvent;
    for (const listener of this.#listeners) listener(event);
  }
}

import type { AnyEvent, EventData, EventName } from '../../shared/contract.ts';

/** Carries events to the window, if there is one that listens. */
export class Events {
  readonly #listeners = new Set<(event: AnyEvent) => void>();

  listen(listener: (event: AnyEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  push<E extends EventName>(name: E, data: EventData<E>): void {
    // The pair fits by the signature above; the union of pairs cannot express that.
    const event = { name, data } as AnyEvent;
    for (const listener of this.#listeners) listener(event);
  }
}

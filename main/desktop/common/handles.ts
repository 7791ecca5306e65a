import { randomBytes } from 'node:crypto';
import { choiceNotValid } from '../../../shared/messages/failures/desktop.ts';

/** Things that the window names by an ID it was given: paths, tokens, plans. */
export class Handles<T> {
  readonly #what: string;
  readonly #values = new Map<string, T>();

  /** @param what in the plural, for the message about an unknown ID */
  constructor(what: string) {
    this.#what = what;
  }

  /** @returns its id, 32 hex digits */
  give(value: T): string {
    const id = randomBytes(16).toString('hex');
    this.#values.set(id, value);
    return id;
  }

  /** @throws Failure 'invalid-request' for an ID that was not given out since the last lock */
  get(id: string): T {
    const value = this.#values.get(id);
    if (value !== undefined) return value;
    throw choiceNotValid(this.#what);
  }

  entries(): [string, T][] {
    return [...this.#values];
  }

  remove(id: string): void {
    this.#values.delete(id);
  }

  clear(): void {
    this.#values.clear();
  }
}

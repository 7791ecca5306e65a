import { appendFile } from 'node:fs/promises';

/** Bugs with their stacks, for the developers. The window gets only the incident's number. */
export class Incidents {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  report(incident: string, error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const line = JSON.stringify({ time: new Date().toISOString(), incident, stack });
    process.stderr.write(`claviger: incident ${incident}\n${stack}\n`);
    void appendFile(this.#file, `${line}\n`, { mode: 0o600 }).catch(() => undefined);
  }
}

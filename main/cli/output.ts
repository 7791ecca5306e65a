import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isErrno } from '../system/index.ts';

/** Standard output or standard error, and what went wrong with it. */
export class Output {
  readonly #stream: NodeJS.WriteStream & { readonly fd: number };
  readonly #pending = new Set<Promise<void>>();
  #error: Error | null = null;

  constructor(stream: NodeJS.WriteStream & { readonly fd: number }) {
    this.#stream = stream;
    // Each write tells its own error; without a listener it would end the program.
    stream.on('error', (error: Error) => this.#failed(error));
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY;
  }

  write(text: string): void {
    if (this.#error !== null) return;
    if (this.#stream instanceof Socket) this.#send(text);
    else this.#writeAll(Buffer.from(text));
  }

  /** Waits until everything is written. @returns why something could not be, or null */
  async end(): Promise<Error | null> {
    await Promise.all(this.#pending);
    return this.#error;
  }

  /** To a terminal, a pipe or a socket. */
  #send(text: string): void {
    const sent = new Promise<void>((resolve) => {
      this.#stream.write(text, (error) => {
        if (error) this.#failed(error);
        this.#pending.delete(sent);
        resolve();
      });
    });
    this.#pending.add(sent);
  }

  /** To a file: a full disk takes a part without an error, which Node's stream does not notice. */
  #writeAll(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#stream.fd, bytes, at);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failed(error);
    }
  }

  /** A reader that closes early (head, less) is no error of ours, and ends no batch half-way. */
  #failed(error: Error): void {
    if (!isErrno(error, 'EPIPE')) this.#error ??= error;
  }
}

import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { isErrno } from '../system/index.ts';

/** Standard output or standard error, with the error of its writes. */
export class Output {
  readonly #stream: NodeJS.WriteStream & { readonly fd: number };
  readonly #pending = new Set<Promise<void>>();
  #error: Error | null = null;

  constructor(stream: NodeJS.WriteStream & { readonly fd: number }) {
    this.#stream = stream;
    // Each write reports its own error; without a listener the error would end the program.
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

  /** Waits until everything is written. @returns the error, or null */
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

  /** To a file: on a full disk a write can be short without an error, which Node's stream ignores. */
  #writeAll(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#stream.fd, bytes, at);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failed(error);
    }
  }

  /** A reader that closes early (head, less) is not an error and must not stop a batch. */
  #failed(error: Error): void {
    if (!isErrno(error, 'EPIPE')) this.#error ??= error;
  }
}

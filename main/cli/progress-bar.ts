import type { BatchProgress } from '../../shared/batch.ts';
import { n } from '../../shared/numbers.ts';
import { formatBytes } from '../../shared/bytes.ts';
import { formatSeconds } from './format.ts';
import type { Terminal } from './terminal.ts';

const WIDTH = 24;

/** One line with the progress of a batch: bytes, rate and time left. */
export class ProgressBar {
  readonly #terminal: Terminal;
  readonly #startMs = performance.now();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  readonly update = (progress: BatchProgress): void => this.#terminal.status(this.#line(progress));

  clear(): void {
    this.#terminal.status('');
  }

  #line({ files, filesDone, bytes, bytesDone }: BatchProgress): string {
    const share = bytes === 0 ? filesDone / Math.max(1, files) : bytesDone / bytes;
    const filled = Math.round(share * WIDTH);
    const seconds = (performance.now() - this.#startMs) / 1_000;
    const rate = seconds > 0 ? bytesDone / seconds : 0;
    const left =
      rate > 0 && seconds > 1 ? `, ${formatSeconds((bytes - bytesDone) / rate)} left` : '';
    const bar = `${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}`;
    return (
      `[${bar}] ${Math.floor(share * 100)} %  ${n(filesDone)}/${n(files)} files  ` +
      `${formatBytes(bytesDone)} of ${formatBytes(bytes)}, ${formatBytes(rate)}/s${left}`
    );
  }
}

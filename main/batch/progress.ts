import type { BatchProgress, PlannedFile } from '../../shared/batch.ts';
import { limits } from '../../shared/limits.ts';

interface GroupProgress {
  readonly add: (bytes: number) => void;
  /** Counts the group at its planned size, regardless of retries and failures. */
  readonly complete: () => void;
  /** Its progress no longer counts: reports of a lost engine come too late. */
  readonly end: () => void;
}

/** Adds up progress and reports it a limited number of times per second. */
export class ProgressMeter {
  readonly #tell: (progress: BatchProgress) => void;
  readonly #files: number;
  readonly #bytes: number;
  #filesDone = 0;
  #bytesDone = 0;
  #toldMs = Number.NEGATIVE_INFINITY;
  /** Bytes done of files that are their own group. */
  readonly #active = new Map<PlannedFile, number>();

  constructor(files: readonly PlannedFile[], tell: (progress: BatchProgress) => void) {
    this.#tell = tell;
    this.#files = files.length;
    this.#bytes = files.reduce((sum, { size }) => sum + size, 0);
  }

  forGroup(files: readonly PlannedFile[]): GroupProgress {
    const planned = files.reduce((sum, { size }) => sum + size, 0);
    const [only] = files;
    const large = only !== undefined && files.length === 1 && only.size > limits.wholeFileBytes;
    let counted = 0;
    let ended = false;
    const end = (): void => {
      ended = true;
      if (large) this.#active.delete(only);
    };
    return {
      add: (bytes) => {
        if (ended) return;
        const more = Math.min(bytes, planned - counted);
        counted += more;
        if (large) this.#active.set(only, counted);
        this.#advance(0, more);
      },
      complete: () => {
        end();
        this.#advance(files.length, planned - counted);
      },
      end,
    };
  }

  finish(): void {
    this.#active.clear();
    this.#tell(this.#now());
  }

  #advance(files: number, bytes: number): void {
    this.#filesDone += files;
    this.#bytesDone += bytes;
    const now = performance.now();
    if (now - this.#toldMs < 1_000 / limits.progressPerSecond) return;
    this.#toldMs = now;
    this.#tell(this.#now());
  }

  #now(): BatchProgress {
    return {
      files: this.#files,
      filesDone: this.#filesDone,
      bytes: this.#bytes,
      bytesDone: this.#bytesDone,
      active: [...this.#active].map(([file, bytesDone]) => ({ file, bytesDone })),
    };
  }
}

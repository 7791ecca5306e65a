import { Failure } from '../../failure.ts';

/** Of work that runs in a thread of its own: verifying, rendering. */

const UNCHANGED = 'It changed nothing.';

export const workCancelled = (): Failure =>
  new Failure('cancelled', 'This was cancelled before it was finished.', { unharmed: UNCHANGED });

export const outOfMemory = (): Failure =>
  new Failure('worker-lost', 'This needs more memory than the program may use.', {
    unharmed: UNCHANGED,
    next: 'Ask for less at once, for example a shorter time.',
  });

export const threadLost = (): Failure =>
  new Failure('worker-lost', 'The thread that did this has stopped.', {
    unharmed: UNCHANGED,
    next: 'Try again.',
  });

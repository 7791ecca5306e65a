import { Failure } from '../../failure.ts';

/** Of the process that talks to the token, and of its workers. */

const DONE_IS_ON_DISK =
  'Everything that was reported as done is on disk. Unfinished outputs were removed.';

export const engineLost = (): Failure =>
  new Failure('engine-lost', 'The engine, which talks to the token, has stopped.', {
    unharmed: DONE_IS_ON_DISK,
    next: 'Unlock the vault again. An interrupted batch can be resumed.',
  });

export const driverHangs = (): Failure =>
  new Failure('engine-lost', "The token's driver is not responding.", {
    unharmed: DONE_IS_ON_DISK,
    next: 'Check the token. Its driver is restarting and needs the PIN.',
  });

export const workerLost = (): Failure =>
  new Failure('worker-lost', 'A worker of the engine stopped while it processed this file.', {
    unharmed: 'The original is unchanged and no unfinished output was left behind.',
    next: 'Try the file again.',
  });

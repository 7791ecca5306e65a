import { Failure } from '../../../shared/failure.ts';

/** How long a cancelled batch may take to end, in milliseconds: then its driver is taken to hang. */
export const CANCEL_MS = 10_000;

export const driverHangs = (): Failure =>
  new Failure('engine-lost', "The token's driver does not answer any more.", {
    unharmed: 'Everything that was reported as done is on disk; unfinished outputs were not kept.',
    next: 'Check the token. Its driver is being started again and needs the PIN.',
  });

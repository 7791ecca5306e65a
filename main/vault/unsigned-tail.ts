import { Failure } from '../../shared/failure.ts';
import type { RecordRange } from '../ledger/index.ts';

/** A vault from before there were sessions ends with records that a person must confirm. */
export const unsignedTail = ({ first, last }: RecordRange): Failure =>
  new Failure(
    'unsigned-tail',
    `Records ${first} to ${last} were written by an older version of Claviger that was interrupted, and nothing signs them.`,
    {
      unharmed: 'Nothing was changed.',
      next: 'Look at them. If they are what you did last, unlock once with “claviger recover --carry-over”; otherwise restore a copy of the vault.',
    },
  );

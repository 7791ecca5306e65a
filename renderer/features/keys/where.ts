import type { CustodyPair } from '../../../shared/keys.ts';
import { messages } from '../../messages/en.ts';

const words = messages.keys.where;

export interface Cell {
  /**
   * here: readable key bytes exist there; sealed: only bytes that the token can unseal; not: none.
   */
  readonly kind: 'here' | 'sealed' | 'not';
  readonly text: string;
}

export interface WhereRow {
  readonly token: Cell;
  readonly engine: Cell;
  readonly disk: Cell;
}

const here = (text: string): Cell => ({ kind: 'here', text });
const sealed = (text: string): Cell => ({ kind: 'sealed', text });
const not = (text: string): Cell => ({ kind: 'not', text });

const keyRows: Readonly<Record<CustodyPair['custody'], WhereRow>> = {
  resident: { token: here(words.always), engine: not(words.never), disk: not(words.notOnDisk) },
  'hsm-only': {
    token: here(words.oneOperation),
    engine: not(words.never),
    disk: sealed(words.wrappedSealed),
  },
  'hsm-wrapped': {
    token: not(words.onlySealing),
    engine: here(words.inUse),
    disk: sealed(words.sealed),
  },
};

const fileKeyRows: Readonly<Record<CustodyPair['bulk'], WhereRow>> = {
  token: {
    token: here(words.thatFile),
    engine: not(words.never),
    disk: sealed(words.wrappedInFile),
  },
  host: {
    token: not(words.onlySealed),
    engine: here(words.thatFile),
    disk: sealed(words.sealedInFile),
  },
};

/** Where the bytes of a key and of its file keys can be read, and for how long. */
export const whereKeysExist = ({
  custody,
  bulk,
}: CustodyPair): { readonly key: WhereRow; readonly fileKeys: WhereRow } => {
  const fileKeys = fileKeyRows[bulk];
  // A key in the engine's memory seals file keys there; the token has no part in it.
  const token = custody === 'hsm-wrapped' ? not(words.never) : fileKeys.token;
  return { key: keyRows[custody], fileKeys: { ...fileKeys, token } };
};

export const meaningOf = ({ custody, bulk }: CustodyPair, token: string): string => {
  const meanings = messages.keys.detail.meaning;
  if (custody === 'hsm-wrapped') return meanings['hsm-wrapped/host'](token);
  return meanings[`${custody}/${bulk}`](token);
};

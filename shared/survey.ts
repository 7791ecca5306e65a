import type { FailureData } from './failure.ts';
import type { KeyState } from './keys.ts';

/** The slots of one key version in the files of a survey. */
export interface SurveyedVersion {
  readonly key: string;
  /** null: no key of this vault. */
  readonly name: string | null;
  readonly version: number;
  /** null: the vault has no such version. */
  readonly state: KeyState | null;
  /** Whether it is the newest version of its key. */
  readonly newest: boolean;
  /** Files with a slot of it. Until it is proved, a slot is only a claim. */
  readonly files: number;
  /** Files that no other key version of this vault would open. */
  readonly alone: number;
  /** Files whose slot opened; null where none was tried. */
  readonly proved: number | null;
  /** Files whose slot did not open. */
  readonly refused: number;
}

export interface SurveyProblem {
  readonly file: string;
  readonly reason: FailureData;
}

/** What the headers of many files say. It is of bounded size, however many files there are. */
export interface Survey {
  readonly files: number;
  readonly encrypted: number;
  /** Of the encrypted ones: without any slot of this vault. */
  readonly foreign: number;
  readonly plain: number;
  /** Encrypted files whose header or length is damaged. */
  readonly damaged: number;
  /** Files and folders that could not be read. */
  readonly unreadable: number;
  /** Links, devices and the like. */
  readonly others: number;
  readonly versions: readonly SurveyedVersion[];
  /** Key versions of other vaults that are not listed because there are too many. */
  readonly unlisted: number;
  /** The first ones. */
  readonly problems: readonly SurveyProblem[];
}

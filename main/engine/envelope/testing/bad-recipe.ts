import type { FailureCode } from '../../../../shared/failure.ts';
import type { Parts } from './craft.ts';

/** How a right file is spoilt: in its parts before it is sealed, in its bytes afterwards, or both. */
export interface BadRecipe {
  readonly name: string;
  readonly code: FailureCode;
  readonly why: string;
  readonly size?: number;
  readonly parts?: (parts: Parts) => Parts;
  readonly file?: (file: Buffer) => Buffer;
  /** What the reader is given; the file key itself unless stated. */
  readonly secret?: 'key' | 'other key';
  /** The file key of seal and segments; the slot's unless stated. */
  readonly bodyKey?: Buffer;
}

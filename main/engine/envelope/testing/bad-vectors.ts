import type { FailureCode } from '../../../../shared/failure.ts';
import { badBodies } from './bad-bodies.ts';
import { badHeaders } from './bad-headers.ts';
import { CRAFT_DEK, CRAFT_KEY, OTHER_KEY, craft, rightParts, type Parts } from './craft.ts';

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

/** What vectors.json says about a bad file. */
export type BadVector = {
  readonly file: string;
  readonly code: FailureCode;
  readonly why: string;
} & ({ readonly dek: string } | { readonly key: string });

export interface MadeBadVector {
  readonly bytes: Buffer;
  readonly vector: BadVector;
}

const secretOf = ({ secret }: BadRecipe): { dek: string } | { key: string } => {
  if (secret === undefined) return { dek: CRAFT_DEK.toString('hex') };
  return { key: (secret === 'key' ? CRAFT_KEY : OTHER_KEY).toString('hex') };
};

const make = (recipe: BadRecipe): MadeBadVector => {
  const { name, code, why, size = 5, parts = (p: Parts) => p, file = (f: Buffer) => f } = recipe;
  const bytes = file(craft(parts(rightParts(size)), recipe.bodyKey));
  return { bytes, vector: { file: `bad/${name}.clv`, code, why, ...secretOf(recipe) } };
};

export const makeBadVectors = (): readonly MadeBadVector[] =>
  [...badHeaders, ...badBodies].map(make);

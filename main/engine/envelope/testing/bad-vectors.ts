import type { FailureCode } from '../../../../shared/failure.ts';
import { badBodies } from './bad-bodies.ts';
import { badHeaders } from './bad-headers.ts';
import type { BadRecipe } from './bad-recipe.ts';
import { CRAFT_DEK, CRAFT_KEY, OTHER_KEY, craft, rightParts, type Parts } from './craft.ts';

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

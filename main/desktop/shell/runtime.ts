import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';

/** Who made the Electron that runs this program, and what may be done on it. */
export interface RuntimeTrust {
  /** Whether whoever started or packed the program had checked it against the maker's checksums. */
  readonly official: boolean;
  /** False on another one: evaluation tokens and their vaults only. */
  readonly anyToken: boolean;
}

export interface Start {
  readonly isPackaged: boolean;
  /** The folder or archive that holds package.json. */
  readonly appPath: string;
  /** The variable CLAVIGER_RUNTIME, which `npm start` sets; a package does not look at it. */
  readonly told: string | undefined;
  readonly hasSwitch: (name: string) => boolean;
}

const packedSchema = v.object({ runtime: v.optional(v.string()) });

/** A version proves nothing: what counts is what the checksums said when it was installed. */
export const trustInRuntime = async (start: Start): Promise<RuntimeTrust> => {
  const official = (start.isPackaged ? packedRuntime(start.appPath) : start.told) === 'official';
  if (official || start.isPackaged) return { official, anyToken: official };
  // The package is made without that file.
  const { allowsAnyToken } = await import('./development.ts');
  return { official, anyToken: allowsAnyToken(start.hasSwitch) };
};

/** What scripts/dist.mjs wrote down. */
const packedRuntime = (appPath: string): string | undefined => {
  const about: unknown = JSON.parse(readFileSync(path.join(appPath, 'package.json'), 'utf8'));
  return v.parse(packedSchema, about).runtime;
};

import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';

/** Which Electron runs this program, and what it may be used for. */
export interface RuntimeTrust {
  /**
   * Whether it was checked against the vendor's checksums when the program was started or packaged.
   */
  readonly official: boolean;
  /** False on an unofficial one: evaluation tokens and their vaults only. */
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

/** The version proves nothing; the checksums at installation count. */
export const trustInRuntime = async (start: Start): Promise<RuntimeTrust> => {
  const official = (start.isPackaged ? packedRuntime(start.appPath) : start.told) === 'official';
  if (official || start.isPackaged) return { official, anyToken: official };
  // Packages do not contain that file.
  const { allowsAnyToken } = await import('./development.ts');
  return { official, anyToken: allowsAnyToken(start.hasSwitch) };
};

/** Written by scripts/dist.mjs. */
const packedRuntime = (appPath: string): string | undefined => {
  const about: unknown = JSON.parse(readFileSync(path.join(appPath, 'package.json'), 'utf8'));
  return v.parse(packedSchema, about).runtime;
};

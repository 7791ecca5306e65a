import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open as openFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Rollback } from '../../../shared/contract/rollback.ts';
import { VERSION } from '../../../shared/version.ts';
import { evidenceNotWritten } from '../../../shared/messages/failures/disk.ts';
import { pemOf } from '../../pki/index.ts';
import { refuseInVault, type StoredDocument } from '../../store/index.ts';
import { isErrno, orFailure } from '../../system/index.ts';
import type { OpenVault } from '../vault/index.ts';

/**
 * Copies the evidence of a rollback into a new folder: ledger and checkpoints as they are, the
 * notes stored in the token, the public key that verifies both, the findings, and SHA256SUMS.
 * @param into a folder outside of the vault
 * @throws Failure 'not-allowed' if it is inside the vault; errors of the disk
 */
export const exportEvidence = async (
  open: OpenVault,
  rollback: Rollback,
  into: string,
): Promise<{ path: string; files: number }> =>
  orFailure(evidenceNotWritten, writeEvidence(open, rollback, into));

const writeEvidence = async (
  open: OpenVault,
  rollback: Rollback,
  into: string,
): Promise<{ path: string; files: number }> => {
  // A copy in the vault's folder would be changed and restored together with the vault.
  await refuseInVault(open.folder, into);
  const target = await newFolder(into, `Evidence, ${path.basename(open.folder)}`);
  const written = [
    ...(await copyAll(await open.vault.documents(), target)),
    ...(await writeAll(target, { ...notesOf(open), 'findings.json': describe(open, rollback) })),
  ];
  const sums = await Promise.all(
    written.map(async (name) => `${await sha256Of(path.join(target, name))}  ${name}\n`),
  );
  await writeAll(target, { SHA256SUMS: sums.join('') });
  return { path: target, files: written.length + 1 };
};

const newFolder = async (into: string, name: string): Promise<string> => {
  for (let n = 1; ; n++) {
    const folder = path.join(into, n === 1 ? name : `${name} (${n})`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
};

const copyAll = async (documents: readonly StoredDocument[], folder: string): Promise<string[]> => {
  for (const document of documents) await write(path.join(folder, document.name), document.read());
  return documents.map(({ name }) => name);
};

const writeAll = async (
  folder: string,
  contents: Readonly<Record<string, string>>,
): Promise<string[]> => {
  for (const [name, content] of Object.entries(contents))
    await write(path.join(folder, name), [content]);
  return Object.keys(contents);
};

const write = async (
  name: string,
  pieces: Iterable<string> | AsyncIterable<Uint8Array>,
): Promise<void> => {
  const file = await openFile(name, 'wx', 0o600);
  try {
    for await (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
};

const notesOf = ({ session, vault }: OpenVault): Record<string, string> => {
  const notes: Record<string, string> = { 'checkpoint-key.pem': pemOf(vault.checkpointKey.spki) };
  for (const [at, note] of (session.examined?.anchors ?? []).entries())
    notes[`token-anchor-${at + 1}.note`] = note;
  return notes;
};

const describe = ({ vault, folder }: OpenVault, rollback: Rollback): string => {
  const { found, findings, signed, held, missing, confirmed } = rollback;
  const { epoch, size, root } = held;
  const about = {
    program: `claviger/${VERSION}`,
    exported: new Date().toISOString(),
    vault: vault.id,
    folder,
    found,
    findings,
    signed,
    held: { epoch, size, root },
    missing,
    confirmed,
  };
  return `${JSON.stringify(about, null, 2)}\n`;
};

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

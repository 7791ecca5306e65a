import path from 'node:path';
import type { KeyVersion } from '../../shared/batch.ts';
import { Failure, fromFailureData } from '../../shared/failure.ts';
import type { Survey } from '../../shared/survey.ts';
import { fileLength, readHeader, type SlotProof } from '../engine/index.ts';
import type { KeyReader } from '../keystore/index.ts';
import { surveyCancelled } from '../../shared/messages/failures/rewrap.ts';
import { cutShort, trailingData } from '../../shared/messages/failures/encrypted-files.ts';
import type { NewRecord } from '../ledger/index.ts';
import type { VaultSession } from '../session/index.ts';
import { OwnFiles } from '../store/index.ts';
import { fileFailure } from '../system/index.ts';
import { decryptionKeys } from './batch-keys.ts';
import { hasEncryptedSuffix } from './output-name.ts';
import { streamFiles } from './stream-files.ts';
import { SurveyCounts, type SurveyedSlot } from './survey-counts.ts';

/** How many headers are read at the same time. */
const READS_AT_ONCE = 64;

export interface SurveyOptions {
  readonly keys: KeyReader;
  /** Its own files are left out. */
  readonly vaultDir: string;
  readonly signal: AbortSignal;
  readonly onProgress: (files: number) => void;
  /** Tries the slots of files whose header is whole; null: they stay claims. */
  readonly prove: Prove | null;
}

/** For each file its proof, in the order of the files. */
export type Prove = (files: readonly string[]) => Promise<readonly SlotProof[]>;

/** Reads the headers of all files under the given paths, and nothing else of them. */
export const survey = async (paths: readonly string[], options: SurveyOptions): Promise<Survey> => {
  const counts = new SurveyCounts(options.keys);
  const own = await OwnFiles.of(options.vaultDir);
  let waiting: string[] = [];
  const look = async (): Promise<void> => {
    const files = waiting;
    waiting = [];
    await lookAt(counts, files, options.prove);
    options.onProgress(counts.files);
  };
  for await (const found of streamFiles(paths, (folder) => own.holds(folder))) {
    if (options.signal.aborted) throw surveyCancelled();
    if (found.kind === 'file') waiting.push(found.file);
    else if (found.kind === 'other') counts.other();
    else counts.problem(found.file, found.reason);
    if (waiting.length === READS_AT_ONCE) await look();
  }
  await look();
  return counts.result();
};

interface Read {
  readonly file: string;
  readonly slots: readonly SurveyedSlot[];
}

const lookAt = async (
  counts: SurveyCounts,
  files: readonly string[],
  prove: Prove | null,
): Promise<void> => {
  const whole: Read[] = [];
  const read = await Promise.all(files.map(readOne));
  for (const [index, result] of read.entries()) {
    const file = files[index] ?? '';
    if (result === null) counts.plain();
    else if (result instanceof Failure) counts.problem(file, result);
    else whole.push({ file, slots: result });
  }
  if (whole.length === 0) return;
  const proofs = prove === null ? null : await prove(whole.map(({ file }) => file));
  for (const [index, { file, slots }] of whole.entries()) {
    const proof = proofs?.[index];
    counts.encrypted(slots.map((slot) => ({ ...slot, opened: openedIn(proof, slot) })));
    const refusal = proof?.refusal ?? null;
    if (refusal !== null) counts.mention(file, fromFailureData(refusal));
  }
};

const openedIn = (proof: SlotProof | undefined, slot: SurveyedSlot): boolean | null => {
  const isIt = ({ id, version }: KeyVersion): boolean =>
    id === slot.key && version === slot.version;
  if (proof?.opened.some(isIt) === true) return true;
  return proof?.notOpened.some(isIt) === true ? false : null;
};

/** null: it is no encrypted file. */
const readOne = async (file: string): Promise<SurveyedSlot[] | Failure | null> => {
  try {
    const { header, size } = await readHeader(file);
    const expected = fileLength(header.areaLength, header.fixed);
    if (size < expected) return cutShort(size, expected);
    if (size > expected) return trailingData(size, expected);
    return header.slots.map(({ key, version }) => ({ key, version, opened: null }));
  } catch (error) {
    const failure = fileFailure(error, 'original');
    if (!(failure instanceof Failure)) throw error;
    const isPlain = failure.code === 'not-encrypted' && !hasEncryptedSuffix(path.basename(file));
    return isPlain ? null : failure;
  }
};

/** Tries slots with the keys of an open vault. `close` gives the keys back. */
export const proving = async (
  session: VaultSession,
): Promise<{ readonly prove: Prove; readonly close: () => Promise<void> }> => {
  const engine = await session.ready();
  const keys = { ...decryptionKeys(session.vault.tables.keys), slots: null };
  const keySet = await engine.call('addKeySet', keys);
  return {
    prove: async (paths) => {
      const folders = [...new Set(paths.map((file) => path.dirname(file)))];
      const proofs = await engine.call('prove', {
        keySet,
        files: paths.map((input, index) => ({ index, input, size: 0, planned: null })),
        folders: folders.map((folder) => ({ path: folder, root: folder, identity: null })),
      });
      return proofs.toSorted((a, b) => a.index - b.index);
    },
    close: () => engine.call('removeKeySet', { keySet }),
  };
};

/** Versions that a record names at most. */
const MOST_NAMED = 64;

export const surveyRecord = (paths: readonly string[], result: Survey): NewRecord => {
  const { files, encrypted, foreign, plain, damaged, unreadable, versions } = result;
  return {
    action: 'batch.survey',
    subject: { paths: paths.slice(0, MOST_NAMED).map((each) => path.resolve(each)) },
    outcome: damaged + unreadable === 0 ? 'ok' : 'failed',
    details: {
      ...{ files, encrypted, foreign, plain, damaged, unreadable },
      versions: versions
        .filter(({ state }) => state !== null)
        .slice(0, MOST_NAMED)
        .map(({ key, version, files: claimed, proved }) => ({ key, version, claimed, proved })),
    },
  };
};

import { dialogs as titles, verdict as words } from '../../../shared/messages/desktop.ts';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Output } from '../../../shared/contract.ts';
import type { ReportVerdict } from '../../../shared/contract/verify.ts';
import { fingerprintDigits, fingerprintFault } from '../../../shared/fingerprint.ts';
import { resultNotSaved } from '../../../shared/messages/failures/disk.ts';
import {
  fingerprintIncomplete,
  noReportYet,
  tooManyReports,
} from '../../../shared/messages/failures/desktop.ts';
import { fingerprintOf } from '../../pki/index.ts';
import { callInThread } from '../../thread/index.ts';
import type { Signers } from '../../trust/index.ts';
import { refuseInVault } from '../../store/index.ts';
import { orFailure } from '../../system/index.ts';
import type { Desk } from '../vault/index.ts';
import { type Dialogs, requireOnDisk } from '../common/index.ts';

export type FoundVerdict = Omit<ReportVerdict, 'at' | 'signer' | 'otherVault'>;

/** Answer of the verifying thread. */
export interface VerifyCalls {
  verify: (input: {
    readonly files: readonly string[];
    readonly fingerprint: string | null;
  }) => Promise<FoundVerdict>;
}

export interface VerifyingParts {
  readonly desk: Desk;
  readonly dialogs: Dialogs;
  readonly signers: Signers;
  /** The user's name in the operating system. */
  readonly user: string;
}

const SCRIPT = new URL('./verify-thread.js', import.meta.url);
/** A report, the one before it, and their renderings. */
const MOST_FILES = 8;

/**
 * Verifies reports of any vault, even with none open. In a thread, because large ones take seconds.
 */
export class Verifying {
  readonly #parts: VerifyingParts;
  #files: readonly string[] = [];
  #verdict: ReportVerdict | null = null;

  constructor(parts: VerifyingParts) {
    this.#parts = parts;
  }

  async pick(): Promise<ReportVerdict | null> {
    const files = await this.#parts.dialogs.pickFiles(titles.report);
    return files.length === 0 ? null : this.verify(files);
  }

  /** @throws Failure if a file cannot be read or is not on this computer */
  verify(files: readonly string[]): Promise<ReportVerdict> {
    requireOnDisk(files);
    if (files.length > MOST_FILES) throw tooManyReports(MOST_FILES);
    this.#files = files;
    return this.against(null);
  }

  async against(fingerprint: string | null): Promise<ReportVerdict> {
    const files = this.#files;
    if (files.length === 0) throw noReportYet();
    const fault = fingerprint === null ? null : fingerprintFault(fingerprint);
    if (fault !== null) throw fingerprintIncomplete(fault);
    const input = { files, fingerprint: fingerprint && fingerprintDigits(fingerprint) };
    const found = await callInThread<VerifyCalls, 'verify'>(SCRIPT, 'verify', input);
    const at = new Date().toISOString();
    const verdict = { ...found, ...(await this.#signerOf(found, at)), at };
    await this.#record(verdict);
    this.#verdict = verdict;
    return verdict;
  }

  async save(): Promise<Output<'verify.save'>> {
    const verdict = this.#verdict;
    if (verdict === null) throw noReportYet();
    const name = `${path.basename(verdict.file.name, '.json')}-verdict.txt`;
    const file = await this.#parts.dialogs.pickSave(name);
    if (file === null) return null;
    await refuseInVault(this.#parts.desk.open?.folder ?? null, file);
    await orFailure(resultNotSaved, writeFile(file, wordsOf(verdict)));
    return { path: file };
  }

  /** Whose key it is; remembers that somebody has compared it. */
  async #signerOf(
    { fingerprint, genuine, compared }: FoundVerdict,
    at: string,
  ): Promise<Pick<ReportVerdict, 'signer' | 'otherVault'>> {
    const { desk, signers, user } = this.#parts;
    const key = desk.isUnlocked ? (desk.open?.vault.checkpointKey ?? null) : null;
    const own = key === null ? null : fingerprintOf(key.spki);
    if (fingerprint === null) return { signer: null, otherVault: false };
    if (fingerprint === own) return { signer: { kind: 'this-vault' }, otherVault: false };
    if (compared && genuine) await signers.remember({ fingerprint, by: user, at });
    const known = await signers.find(fingerprint);
    const signer = known && { kind: 'compared' as const, by: known.by, at: known.at };
    return { signer, otherVault: own !== null };
  }

  /** Records the verification, if a vault is open and not read-only. */
  async #record({ file, genuine, checks }: ReportVerdict): Promise<void> {
    const { desk } = this.#parts;
    const vault = desk.open?.vault;
    if (!desk.isUnlocked || vault?.restriction !== null) return;
    const fault = checks.find(({ ok }) => !ok)?.words ?? null;
    await vault.recordLook({
      action: 'report.verify',
      subject: { name: file.name },
      outcome: genuine ? 'ok' : 'failed',
      details: { sha256: file.sha256, genuine, fault },
    });
  }
}

const wordsOf = (verdict: ReportVerdict): string =>
  [
    words.file(verdict.file.name, verdict.file.sha256),
    words.verified(verdict.at),
    verdict.genuine ? words.genuine : words.notGenuine,
    ...verdict.checks.map((each) => `${each.ok ? '  ok  ' : 'FALSE '} ${each.name}: ${each.words}`),
    words.fingerprint(verdict.fingerprint, signerWords(verdict)),
    ...(verdict.previous === null ? [] : [words.previous(verdict.previous)]),
    ...verdict.renderings.map(({ name, of, signature }) =>
      words.rendering(name, of ?? 'other', signature && words.signature[signature]),
    ),
    '',
  ].join('\n');

const signerWords = ({ signer }: ReportVerdict): string => {
  if (signer === null) return words.notCompared;
  return signer.kind === 'this-vault' ? words.thisVault : words.comparedBy(signer.by, signer.at);
};

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Output } from '../../../shared/contract.ts';
import type { ReportVerdict } from '../../../shared/contract/verify.ts';
import { Failure } from '../../../shared/failure.ts';
import { callInThread } from '../../thread/call-in-thread.ts';
import { orFailure } from '../../vault/storage-failure.ts';
import type { Desk } from '../desk.ts';
import type { Dialogs } from '../dialogs.ts';
import { notFromDisk } from './dropped.ts';

export type FoundVerdict = Omit<ReportVerdict, 'at'>;

/** What the verifying thread answers. */
export interface VerifyCalls {
  verify: (input: {
    readonly files: readonly string[];
    readonly fingerprint: string | null;
  }) => Promise<FoundVerdict>;
}

export interface VerifyingParts {
  readonly desk: Desk;
  readonly dialogs: Dialogs;
}

const SCRIPT = new URL('./verify-thread.js', import.meta.url);
/** A report, the one before it, and their renderings. */
const MOST_FILES = 8;

/** Verifies reports of any vault, with none open too. Large ones take seconds: in a thread. */
export class Verifying {
  readonly #parts: VerifyingParts;
  #files: readonly string[] = [];
  #verdict: ReportVerdict | null = null;

  constructor(parts: VerifyingParts) {
    this.#parts = parts;
  }

  async pick(): Promise<ReportVerdict | null> {
    const files = await this.#parts.dialogs.pickFiles('Choose a report, and the one before it');
    return files.length === 0 ? null : this.verify(files);
  }

  /** @throws Failure where a file cannot be read or is none of this computer */
  verify(files: readonly string[]): Promise<ReportVerdict> {
    if (files.length === 0 || files.some((file) => !path.isAbsolute(file))) throw notFromDisk();
    if (files.length > MOST_FILES) throw tooMany();
    this.#files = files;
    return this.against(null);
  }

  async against(fingerprint: string | null): Promise<ReportVerdict> {
    const files = this.#files;
    if (files.length === 0) throw nothingYet();
    const input = { files, fingerprint };
    const found = await callInThread<VerifyCalls, 'verify'>(SCRIPT, 'verify', input);
    const verdict = { ...found, at: new Date().toISOString() };
    await this.#record(verdict);
    this.#verdict = verdict;
    return verdict;
  }

  async save(): Promise<Output<'verify.save'>> {
    const verdict = this.#verdict;
    if (verdict === null) throw nothingYet();
    const name = `${path.basename(verdict.file.name, '.json')}-verdict.txt`;
    const file = await this.#parts.dialogs.pickSave(name);
    if (file === null) return null;
    await orFailure('The verdict cannot be written', writeFile(file, wordsOf(verdict)));
    return { path: file };
  }

  /** Where a vault is open and not read-only: that somebody verified is one of its records. */
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

const namedWords = {
  this: 'this report',
  previous: 'the report before',
  other: 'another file',
} as const;

const wordsOf = (verdict: ReportVerdict): string =>
  [
    `${verdict.file.name}, SHA-256 ${verdict.file.sha256}`,
    `verified ${verdict.at}`,
    verdict.genuine ? 'THE REPORT IS GENUINE.' : 'THE REPORT IS NOT GENUINE.',
    ...verdict.checks.map(({ name, ok, words }) => `${ok ? '  ok  ' : 'FALSE '} ${name}: ${words}`),
    `key fingerprint ${verdict.fingerprint ?? 'none'}${verdict.compared ? ', compared' : ''}`,
    ...(verdict.previous === null ? [] : [`report before ${verdict.previous}`]),
    ...verdict.renderings.map(({ name, of }) => `${name} names ${namedWords[of ?? 'other']}`),
    '',
  ].join('\n');

const tooMany = (): Failure =>
  new Failure('usage', `More than ${MOST_FILES} files at once are too many.`, {
    next: 'Drop one report, and the one before it if you have it.',
  });

const nothingYet = (): Failure =>
  new Failure('invalid-request', 'No report was given yet.', { next: 'Drop or choose one.' });

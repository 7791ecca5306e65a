import { lstat } from 'node:fs/promises';
import path from 'node:path';
import {
  type BatchKind,
  type BatchPlan,
  type ConflictRule,
  type EncryptedInputs,
  isReplacing,
  type PlannedFile,
  type RefusedInput,
  type SkippedInput,
} from '../../shared/batch.ts';
import {
  Failure,
  type FailureCode,
  type FailureData,
  toFailureData,
} from '../../shared/failure.ts';
import { nameNotStorable } from '../../shared/messages/failures/files.ts';
import {
  alreadyEncrypted,
  emptyFolder,
  fileOfVault,
  nameCollision,
  outputExists,
  outputInVault,
  plainFile,
  sameFile,
  unfinishedOutput,
} from '../../shared/messages/failures/batch.ts';
import { identityOf, isStorableName, type SlotRules } from '../engine/index.ts';
import { OwnFiles } from '../store/index.ts';
import { fileFailure, isErrno } from '../system/index.ts';
import { InputFiles, nameKey } from './input-files.ts';
import { encryptedAmong } from './encrypted-files.ts';
import { isPartName, outputName } from './output-name.ts';
import { OutputNames } from './output-names.ts';
import { PlanFolders } from './plan-folders.ts';
import { SlotPlan } from './slot-plan.ts';
import { takesSealedName } from './sealed-name.ts';
import { type Found, walk, walkFrom } from './walk.ts';

export interface PlanRules {
  readonly kind: BatchKind;
  /**
   * What to do with files that are already encrypted (leave-out); `refuse` counts named ones as
   * failed.
   */
  readonly encryptedInputs?: EncryptedInputs;
  /** When decrypting or verifying, plain files are skipped, even if they were named. */
  readonly leavesOutPlain?: boolean;
  /** Outputs get the original names stored in the files. */
  readonly sealedNames?: boolean;
  /** Folder for the outputs; null: beside each input. */
  readonly outputDir: string | null;
  readonly conflict: ConflictRule;
  /** Where slots are to be replaced. */
  readonly slotRules?: SlotRules | null;
  /** Nothing in this folder is ever an input, and no output goes there. */
  readonly vaultDir: string;
}

export interface PlanRequest extends PlanRules {
  readonly paths: readonly string[];
}

type FoundFile = Extract<Found, { kind: 'file' }>;
type FoundFolder = Extract<Found, { kind: 'folder' }>;

/**
 * Finds the inputs, names the outputs and resolves conflicts before anything is written.
 * @throws Failure `usage` if an output would be in the vault
 */
export const planBatch = async ({ paths, ...rules }: PlanRequest): Promise<BatchPlan> =>
  planFound(rules, await walk(paths));

/** Another file of the batch has the output's name by now; another name is another input. */
const lasting: ReadonlySet<FailureCode> = new Set([
  'collision',
  'name-unusable',
  'already-encrypted',
]);

/** Plans the files again that an earlier plan of the same batch has refused. */
export const planAgain = async (
  rules: PlanRules,
  refused: readonly RefusedInput[],
): Promise<BatchPlan> => {
  const still = refused.filter(({ reason }) => lasting.has(reason.code));
  const open = refused.filter(({ reason }) => !lasting.has(reason.code));
  const { skipped, ...plan } = await planFound(rules, await walkFrom(open));
  return {
    ...plan,
    skipped: [...skipped, ...still.map((each) => ({ ...each, outcome: 'failed' as const }))],
  };
};

const planFound = async (rules: PlanRules, found: readonly Found[]): Promise<BatchPlan> => {
  const own = await OwnFiles.of(rules.vaultDir);
  const encrypted = await encryptedAmong(found);
  const slots = isReplacing(rules.kind)
    ? await SlotPlan.of(requireRules(rules), slotFiles(found, encrypted))
    : null;
  const draft = new Draft({ rules, own, found, encrypted, slots });
  for (const item of found) {
    if (item.kind === 'unusable') draft.unusable(item);
    else if (item.kind === 'folder') await draft.addFolder(item);
    else await draft.add(item);
  }
  return draft.plan();
};

/** Kinds of entries that are left out of a folder; any other unreadable entry has failed. */
const leftOut: ReadonlySet<FailureCode> = new Set(['symlink', 'not-a-file']);

/** Files whose headers are read: encrypted ones, and what was named as if it were. */
const slotFiles = (found: readonly Found[], encrypted: ReadonlySet<string>): string[] =>
  found.flatMap((each) =>
    each.kind === 'file' && (each.named || encrypted.has(each.file)) ? [each.file] : [],
  );

const requireRules = ({ slotRules = null }: PlanRules): SlotRules => {
  if (slotRules === null) throw new Error('there are no rules for slots');
  return slotRules;
};

interface DraftParts {
  readonly rules: PlanRules;
  readonly own: OwnFiles;
  readonly found: readonly Found[];
  readonly encrypted: ReadonlySet<string>;
  readonly slots: SlotPlan | null;
}

class Draft {
  readonly #slots: SlotPlan | null;
  readonly #rules: PlanRules;
  readonly #own: OwnFiles;
  readonly #inputs: InputFiles;
  readonly #encrypted: ReadonlySet<string>;
  readonly #folders = new PlanFolders();
  readonly #names = new OutputNames(
    (file) => this.#exists(file),
    (file) => this.#keyOf(file),
  );
  readonly #files: PlannedFile[] = [];
  readonly #empty: { readonly found: FoundFolder; readonly output: string }[] = [];
  readonly #skipped: SkippedInput[] = [];
  readonly #conflicts: number[] = [];

  constructor({ rules, own, found, encrypted, slots }: DraftParts) {
    this.#slots = slots;
    this.#rules = rules;
    this.#own = own;
    this.#inputs = new InputFiles(found);
    this.#encrypted = encrypted;
  }

  plan(): BatchPlan {
    // Without a file there is no batch that would make them.
    if (this.#files.length === 0) {
      for (const { found } of this.#empty.splice(0))
        this.#skip(found, 'skipped', toFailureData(emptyFolder()));
    }
    return {
      files: this.#files,
      folders: this.#folders.list(),
      emptyFolders: this.#empty.map(({ found, output }) => ({ input: found.file, output })),
      skipped: this.#skipped,
      bytes: this.#files.reduce((sum, { size }) => sum + size, 0),
      conflicts: this.#conflicts,
      targets: this.#slots?.targets ?? [],
      fates: this.#slots?.fates ?? [],
    };
  }

  unusable(found: Extract<Found, { kind: 'unusable' }>): void {
    const { named } = found;
    const isClaim = isPartName(path.basename(found.file));
    const reason = isClaim ? toFailureData(unfinishedOutput()) : found.reason;
    this.#skip(found, named || !leftOut.has(reason.code) ? 'failed' : 'skipped', reason);
  }

  #skip({ file, root }: Found, outcome: SkippedInput['outcome'], reason: FailureData): void {
    this.#skipped.push({ input: file, root, outcome, reason });
  }

  async addFolder(found: FoundFolder): Promise<void> {
    const { file, root, stats, isEmpty } = found;
    this.#folders.add(file, root, stats);
    const { kind, outputDir } = this.#rules;
    if (!isEmpty || kind === 'verify' || outputDir === null) return;
    if (await this.#own.holds(file)) return;
    const output = path.join(outputDir, path.relative(path.dirname(root), file));
    const refusal = await this.#target({ folder: output, root: outputDir }, file);
    if (refusal !== null) this.#skip(found, 'failed', refusal);
    else this.#empty.push({ found, output });
  }

  async add(found: FoundFile): Promise<void> {
    const unwanted = await this.#unwanted(found);
    const { kind } = this.#rules;
    if (unwanted !== null) this.#skipped.push(unwanted);
    else if (kind === 'verify') this.#push(found, null);
    else if (isReplacing(kind)) await this.#addReplaced(found);
    else await this.#addWriting(found, kind);
  }

  /** The output takes the place of the input. */
  async #addReplaced(found: FoundFile): Promise<void> {
    const { file, named } = found;
    const refused = this.#slots?.refusalOf(file) ?? null;
    if (refused !== null) {
      const isLeftOut = refused.code === 'up-to-date' || (refused.code === 'no-key' && !named);
      this.#skip(found, isLeftOut ? 'skipped' : 'failed', refused);
      return;
    }
    const folder = path.dirname(file);
    const refusal = await this.#target(this.#placeFor(found), folder);
    if (refusal === null) this.#push(found, file);
    else this.#skip(found, 'failed', refusal);
  }

  async #addWriting(found: FoundFile, kind: 'encrypt' | 'decrypt'): Promise<void> {
    const place = this.#placeFor(found);
    const refusal = await this.#target(place, path.dirname(found.file));
    if (refusal !== null) {
      this.#skip(found, 'failed', refusal);
      return;
    }
    const wanted = path.join(place.folder, outputName(kind, path.basename(found.file)));
    const rule = this.#conflictFor(found);
    if (rule === 'replace' && (await this.#inputs.include(wanted))) {
      this.#skip(found, 'failed', toFailureData(nameCollision(wanted)));
      return;
    }
    const output = await this.#settle(found, wanted, rule);
    if (output !== null) this.#push(found, output);
  }

  #push({ file, stats }: FoundFile, output: string | null): void {
    this.#files.push({
      index: this.#files.length,
      input: file,
      output,
      size: Number(stats.size),
      identity: { ...identityOf(stats), modifiedNs: String(stats.mtimeNs) },
    });
  }

  /** A folder keeps its name and structure in the output folder. */
  #placeFor({ file, root, named }: FoundFile): OutputPlace {
    const { outputDir } = this.#rules;
    const folder = path.dirname(file);
    if (outputDir === null) return { folder, root: named ? folder : root };
    if (named) return { folder: outputDir, root: outputDir };
    const below = path.relative(path.dirname(root), folder);
    return { folder: path.join(outputDir, below), root: outputDir };
  }

  /** Checks an output folder. @returns why it cannot be used */
  async #target({ folder, root }: OutputPlace, source: string): Promise<FailureData | null> {
    if (await this.#own.holds(folder)) throw outputInVault(folder);
    const look = await this.#folders.look(folder, root);
    if (look.kind === 'refused') return look.reason;
    await this.#folders.standFor(folder, root, source);
    return null;
  }

  /** Names in one folder, and names that are one on this system, have one key. */
  #keyOf(file: string): string {
    return path.join(this.#folders.keyOf(path.dirname(file)), nameKey(path.basename(file)));
  }

  /** The name is not known before the file is opened, so the output replaces nothing. */
  #conflictFor({ file }: FoundFile): ConflictRule {
    const { kind, sealedNames = false, conflict } = this.#rules;
    return takesSealedName({ kind, sealedNames }, path.basename(file)) ? 'keep-both' : conflict;
  }

  /** The output's final name, or null if the file is left out. */
  async #settle(found: FoundFile, wanted: string, rule: ConflictRule): Promise<string | null> {
    const settled = await this.#names.settle(wanted, rule).catch(failureOf);
    if (settled instanceof Failure) {
      this.#skip(found, 'failed', toFailureData(settled));
      return null;
    }
    switch (settled.outcome) {
      case 'free':
        return settled.name;
      case 'numbered':
      case 'replaces':
        this.#conflicts.push(this.#files.length);
        return settled.name;
      case 'collision':
        this.#skip(found, 'failed', toFailureData(nameCollision(wanted)));
        return null;
      case 'exists':
        this.#skip(found, 'skipped', toFailureData(outputExists(wanted)));
        return null;
    }
  }

  /** A folder that does not exist yet is empty. */
  async #exists(file: string): Promise<boolean> {
    return !this.#folders.isMissing(path.dirname(file)) && exists(file);
  }

  async #unwanted({ file, root, named, stats }: FoundFile): Promise<SkippedInput | null> {
    const { kind } = this.#rules;
    const outcome = named ? 'failed' : 'skipped';
    const folder = path.dirname(file);
    if (this.#own.includes(stats) || (await this.#own.holds(folder))) {
      const reason = toFailureData(fileOfVault());
      return { input: file, root, outcome, reason };
    }
    const look = await this.#folders.look(folder, named ? folder : root);
    if (look.kind === 'refused')
      return { input: file, root, outcome: 'failed', reason: look.reason };
    if (isPartName(path.basename(file))) {
      const reason = toFailureData(unfinishedOutput());
      return { input: file, root, outcome, reason };
    }
    if (kind === 'encrypt' && !isStorableName(path.basename(file)))
      return { input: file, root, outcome: 'failed', reason: toFailureData(nameNotStorable(file)) };
    const encrypted = this.#encrypted.has(file);
    const { encryptedInputs = 'leave-out' } = this.#rules;
    if (kind === 'encrypt' && encrypted && encryptedInputs !== 'encrypt') {
      const refused = named && encryptedInputs === 'refuse';
      const reason = toFailureData(alreadyEncrypted());
      return { input: file, root, outcome: refused ? 'failed' : 'skipped', reason };
    }
    const isTried = named && this.#rules.leavesOutPlain !== true;
    if (kind !== 'encrypt' && !encrypted && !isTried) {
      const reason = toFailureData(plainFile());
      return { input: file, root, outcome: 'skipped', reason };
    }
    const other = this.#inputs.sameAs(file, stats, this.#folders.keyOf(folder));
    if (other !== null) {
      const reason = toFailureData(sameFile(other));
      return { input: file, root, outcome: 'skipped', reason };
    }
    return null;
  }
}

const failureOf = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  throw error;
};

interface OutputPlace {
  readonly folder: string;
  /** The chosen folder that contains it, or that it is. */
  readonly root: string;
}

/** @throws Failure 'name-unusable' if no file can have this name */
const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    (error: unknown) => {
      if (isErrno(error, 'ENAMETOOLONG')) throw fileFailure(error, 'output');
      return false;
    },
  );

import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import type {
  BatchKind,
  BatchPlan,
  ConflictRule,
  PlannedFile,
  RefusedInput,
  SkippedInput,
} from '../../shared/batch.ts';
import { Failure, type FailureCode, type FailureData } from '../../shared/failure.ts';
import { hasEncryptedSuffix, isPartName, outputName } from './output-name.ts';
import { OutputNames } from './output-names.ts';
import { type Found, walk, walkFrom } from './walk.ts';

export interface PlanRules {
  readonly kind: BatchKind;
  /** Folder for the outputs; null: beside each input. */
  readonly outputDir: string | null;
  readonly conflict: ConflictRule;
  /** Nothing in this folder is ever an input, and no output goes there. */
  readonly vaultDir: string;
}

export interface PlanRequest extends PlanRules {
  readonly paths: readonly string[];
}

type FoundFile = Extract<Found, { kind: 'file' }>;

/**
 * Finds the inputs, names the outputs and settles conflicts before anything is written.
 * @throws Failure `usage` where an output would lie in the vault
 */
export const planBatch = async ({ paths, ...rules }: PlanRequest): Promise<BatchPlan> =>
  planFound(rules, await walk(paths));

/** Another file of the batch has the output's name by now; another name is another input. */
const lasting: ReadonlySet<FailureCode> = new Set(['collision', 'name-unusable']);

/** Plans again what an earlier plan of the same batch has refused. */
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
  const inputs = new Set(found.map(({ file }) => file));
  const draft = new Draft(rules, inputs);
  for (const item of found) {
    if (item.kind === 'unusable') draft.unusable(item);
    else await draft.add(item);
  }
  return draft.plan();
};

/** What is met in a folder and left out by its nature; anything else that cannot be read failed. */
const leftOut: ReadonlySet<FailureCode> = new Set(['symlink', 'not-a-file']);

class Draft {
  readonly #rules: PlanRules;
  readonly #inputs: ReadonlySet<string>;
  readonly #vault: VaultFolder;
  readonly #names = new OutputNames((file) => this.#exists(file), keyOf);
  readonly #folders = new Map<string, Promise<boolean>>();
  readonly #files: PlannedFile[] = [];
  readonly #skipped: SkippedInput[] = [];
  #conflicts = 0;

  constructor(rules: PlanRules, inputs: ReadonlySet<string>) {
    this.#rules = rules;
    this.#inputs = inputs;
    this.#vault = new VaultFolder(rules.vaultDir);
  }

  plan(): BatchPlan {
    const bytes = this.#files.reduce((sum, { size }) => sum + size, 0);
    return { files: this.#files, skipped: this.#skipped, bytes, conflicts: this.#conflicts };
  }

  unusable(found: Extract<Found, { kind: 'unusable' }>): void {
    const { named, reason } = found;
    this.#skip(found, named || !leftOut.has(reason.code) ? 'failed' : 'skipped', reason);
  }

  #skip({ file, root }: Found, outcome: SkippedInput['outcome'], reason: FailureData): void {
    this.#skipped.push({ input: file, root, outcome, reason });
  }

  async add(found: FoundFile): Promise<void> {
    const unwanted = await this.#unwanted(found);
    if (unwanted !== null) this.#skipped.push(unwanted);
    else if (this.#rules.kind === 'verify') this.#push(found, null);
    else await this.#addWriting(found, this.#rules.kind);
  }

  async #addWriting(found: FoundFile, kind: 'encrypt' | 'decrypt'): Promise<void> {
    const folder = this.#folderFor(found);
    if (await this.#vault.holds(folder)) throw intoVault(folder);
    const wanted = path.join(folder, outputName(kind, path.basename(found.file)));
    if (this.#inputs.has(wanted) && this.#rules.conflict === 'replace') {
      this.#skip(found, 'failed', collision(wanted));
      return;
    }
    const output = await this.#settle(found, wanted);
    if (output === null) return;
    this.#push(found, output);
  }

  #push(found: FoundFile, output: string | null): void {
    this.#files.push({ index: this.#files.length, input: found.file, output, size: found.size });
  }

  /** A folder keeps its name and structure under the output folder. */
  #folderFor({ file, root, named }: FoundFile): string {
    const { outputDir } = this.#rules;
    const folder = path.dirname(file);
    if (outputDir === null) return folder;
    return named ? outputDir : path.join(outputDir, path.relative(path.dirname(root), folder));
  }

  /** The output's final name, or null where the file is left out. */
  async #settle(found: FoundFile, wanted: string): Promise<string | null> {
    const settled = await this.#names.settle(wanted, this.#rules.conflict);
    switch (settled.outcome) {
      case 'free':
        return settled.name;
      case 'numbered':
      case 'replaces':
        this.#conflicts++;
        return settled.name;
      case 'collision':
        this.#skip(found, 'failed', collision(wanted));
        return null;
      case 'exists':
        this.#skip(found, 'skipped', because('exists', `${wanted} exists already.`));
        return null;
    }
  }

  /** In a folder that is still to be made there is nothing: one look serves all of its files. */
  async #exists(file: string): Promise<boolean> {
    const folder = path.dirname(file);
    const there = this.#folders.get(folder) ?? exists(folder);
    this.#folders.set(folder, there);
    return (await there) && exists(file);
  }

  async #unwanted({ file, root, named }: FoundFile): Promise<SkippedInput | null> {
    const { kind } = this.#rules;
    const outcome = named ? 'failed' : 'skipped';
    if (await this.#vault.holds(path.dirname(file))) {
      const reason = because('not-a-file', 'This file belongs to the open vault.');
      return { input: file, root, outcome, reason };
    }
    if (isPartName(path.basename(file))) {
      const reason = because('not-a-file', 'This is the unfinished output of another batch.');
      return { input: file, root, outcome, reason };
    }
    if (kind === 'encrypt' && hasEncryptedSuffix(file)) {
      const reason = because('exists', 'This file is encrypted already (.clv).');
      return { input: file, root, outcome: 'skipped', reason };
    }
    if (kind !== 'encrypt' && !named && !hasEncryptedSuffix(file)) {
      const reason = because('not-encrypted', 'This is not an encrypted file (.clv).');
      return { input: file, root, outcome: 'skipped', reason };
    }
    return null;
  }
}

/** Names that differ only in case or in their Unicode form are one file on many systems. */
const keyOf = (file: string): string =>
  process.platform === 'linux' ? file : file.normalize('NFC').toLowerCase();

/** The vault's own folder, by whatever way, over links too, one comes to it. */
class VaultFolder {
  readonly #place: Promise<string>;
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(folder: string) {
    this.#place = placeOf(folder);
  }

  holds(folder: string): Promise<boolean> {
    const known = this.#known.get(folder) ?? this.#look(folder);
    this.#known.set(folder, known);
    return known;
  }

  async #look(folder: string): Promise<boolean> {
    return isInside(await placeOf(folder), await this.#place);
  }
}

/** Where a folder really lies; of what is not there yet, where it would be made. */
const placeOf = async (folder: string): Promise<string> => {
  try {
    return await realpath(folder);
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : path.join(await placeOf(parent), path.basename(folder));
  }
};

const isInside = (file: string, folder: string): boolean => {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
};

const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  );

const intoVault = (folder: string): Failure =>
  new Failure('usage', `The output folder ${folder} lies in the vault.`, {
    unharmed: 'Nothing was written.',
    next: 'Choose another output folder.',
  });

const because = (code: FailureCode, cause: string): FailureData => ({
  code,
  cause,
  unharmed: 'It was left as it is.',
});

const collision = (output: string): FailureData => ({
  code: 'collision',
  cause: `Another file of this batch is, or becomes, ${output}.`,
  unharmed: 'Neither file was touched.',
  next: 'Choose "keep both", another output folder, or two batches.',
});

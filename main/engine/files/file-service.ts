import { closeSync } from 'node:fs';
import pLimit from 'p-limit';
import type { KeyMaterial } from '../../../shared/keys.ts';
import { limits } from '../../../shared/limits.ts';
import type { CallContext } from '../../rpc/index.ts';
import type { GroupOf, KeySetInput } from '../api.ts';
import { LARGEST_AREA } from '../envelope/format.ts';
import { type ParsedHeader, parseHeader } from '../envelope/header.ts';
import type { LoadedKey } from '../keys/key-session.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import type { WorkerPool } from '../worker-pool.ts';
import { failedFile } from './failed-file.ts';
import { inFolders, readingIn, verifyingIn, writingIn } from './jobs-in-folders.ts';
import type { FileDone, FileJob, FileResult, VerifyJob, WritingJob } from './jobs.ts';
import type { LargeContext } from './large-body.ts';
import { decryptLarge, verifyLarge } from './large-decrypt.ts';
import { encryptLarge } from './large-encrypt.ts';
import { KeySet } from './key-set.ts';
import type { SlotMove, SlotRules } from './new-slots.ts';
import type { Parts } from './part.ts';
import type { SlotProof } from './prove-slots.ts';
import { reencryptLarge } from './reencrypt-large.ts';
import { openSource, readExactly } from './source.ts';
import { watched } from './watched.ts';

export interface FileServiceParts {
  readonly token: VaultToken;
  readonly pool: WorkerPool;
  readonly keyring: Keyring;
  readonly parts: Parts;
  /** Plaintext bytes of a segment: what the token's buffers allow. */
  readonly segment: number;
}

/** Large files at the same time: while one waits for its disk, the workers have the other. */
const LARGE_AT_ONCE = 2;

type Loaded = readonly LoadedKey[];

/** Encrypts, decrypts and verifies groups of files: small ones whole, large ones segment by segment. */
export class FileService {
  readonly #parts: FileServiceParts;
  readonly #keySets = new Map<number, KeySet>();
  readonly #large = pLimit(LARGE_AT_ONCE);
  readonly #passes = pLimit(1);
  #nextKeySet = 1;

  constructor(parts: FileServiceParts) {
    this.#parts = parts;
  }

  /** Takes the keys of a batch. @returns the number under which its calls use them */
  addKeySet(input: KeySetInput): number {
    const keySet = this.#nextKeySet++;
    this.#keySets.set(keySet, new KeySet(input));
    return keySet;
  }

  removeKeySet(keySet: number): void {
    this.#keySets.delete(keySet);
  }

  encrypt(group: GroupOf<WritingJob>, context: CallContext): Promise<FileResult[]> {
    const { pool, segment } = this.#parts;
    return inFolders(group, writingIn, (files) =>
      this.#withKeys(this.#keySet(group.keySet).keys, async (keys) => {
        requireKeys(keys);
        return this.#process(files, context, {
          whole: (small) => pool.run('encryptWhole', { files: small, keys, segment }),
          large: (job, large) => encryptLarge(large, { job, keys, segment }),
        });
      }),
    );
  }

  decrypt(group: GroupOf<WritingJob>, context: CallContext): Promise<FileResult[]> {
    return inFolders(group, writingIn, (files) =>
      this.#open(this.#keySet(group.keySet), files, (jobs, keys) =>
        this.#process(jobs, context, {
          whole: (small) => this.#parts.pool.run('decryptWhole', { files: small, keys }),
          large: (job, large) => decryptLarge(large, job, keys),
        }),
      ),
    );
  }

  verify(group: GroupOf<VerifyJob>, context: CallContext): Promise<FileResult[]> {
    return inFolders(group, verifyingIn, (files) =>
      this.#open(this.#keySet(group.keySet), files, (jobs, keys) =>
        this.#process(jobs, context, {
          whole: (small) => this.#parts.pool.run('verifyWhole', { files: small, keys }),
          large: (job, large) => verifyLarge(large, job, keys),
        }),
      ),
    );
  }

  rewrap(group: GroupOf<WritingJob>, context: CallContext): Promise<FileResult[]> {
    const { pool, parts } = this.#parts;
    return this.#replace(group, (files, keys, rules) =>
      watched(context, files, parts, (progress) =>
        pool.run('rewrapFiles', { files, keys, rules, progress }),
      ),
    );
  }

  reencrypt(group: GroupOf<WritingJob>, context: CallContext): Promise<FileResult[]> {
    const { pool, segment } = this.#parts;
    return this.#replace(group, (files, keys, rules) =>
      this.#process(files, context, {
        whole: (small) => pool.run('reencryptWhole', { files: small, keys, rules, segment }),
        large: (job, large) => reencryptLarge(large, { job, keys, rules, segment }),
      }),
    );
  }

  /** Files that cannot be opened have no proof. */
  async prove({ files, folders, keySet }: GroupOf<FileJob>): Promise<SlotProof[]> {
    const set = this.#keySet(keySet);
    const proofs: SlotProof[] = [];
    const failed = await inFolders({ files, folders }, readingIn, (jobs) =>
      this.#openBy(
        (header) => set.heldOf(header),
        jobs,
        async (held, keys) => {
          proofs.push(...(await this.#parts.pool.run('proveSlots', { files: held, keys })));
          return [];
        },
      ),
    );
    const others = failed.flatMap((each): SlotProof[] =>
      each.outcome === 'done'
        ? []
        : [{ index: each.index, opened: [], notOpened: [], refusal: each.failure }],
    );
    return [...proofs, ...others];
  }

  /** With the rules as far as they concern these files. */
  #replace(
    group: GroupOf<WritingJob>,
    work: (jobs: readonly WritingJob[], keys: Loaded, rules: SlotRules) => Promise<FileResult[]>,
  ): Promise<FileResult[]> {
    const keySet = this.#keySet(group.keySet);
    const moves = new Map<string, SlotMove>();
    const namedBy = (header: ParsedHeader): KeyMaterial[] => {
      for (const move of keySet.movesOf(header)) moves.set(`${move.id}/${move.version}`, move);
      return [...keySet.targetsOf(header), ...keySet.of(header)];
    };
    return inFolders(group, writingIn, (files) =>
      this.#openBy(namedBy, files, (jobs, keys) =>
        work(jobs, keys, { ...keySet.rules, moves: [...moves.values()] }),
      ),
    );
  }

  /** Reads the headers first, so that only the keys that they name are brought into memory. */
  #open<Job extends FileJob>(
    keySet: KeySet,
    files: readonly Job[],
    work: (jobs: readonly Job[], keys: Loaded) => Promise<FileResult[]>,
  ): Promise<FileResult[]> {
    return this.#openBy((header) => keySet.of(header), files, work);
  }

  async #openBy<Job extends FileJob>(
    keysOf: (header: ParsedHeader) => KeyMaterial[],
    files: readonly Job[],
    work: (jobs: readonly Job[], keys: Loaded) => Promise<FileResult[]>,
  ): Promise<FileResult[]> {
    const named = new Set<KeyMaterial>();
    const refused: FileResult[] = [];
    const jobs = files.filter((job) => {
      try {
        for (const key of keysOf(headerOf(job))) named.add(key);
        return true;
      } catch (error) {
        refused.push(failedFile(job, error));
        return false;
      }
    });
    if (jobs.length === 0) return refused;
    return [...refused, ...(await this.#withKeys([...named], (keys) => work(jobs, keys)))];
  }

  async #process<Job extends FileJob>(
    files: readonly Job[],
    context: CallContext,
    ways: {
      readonly whole: (small: readonly Job[]) => Promise<FileResult[]>;
      readonly large: (job: Job, large: LargeContext) => Promise<FileDone>;
    },
  ): Promise<FileResult[]> {
    const { token, pool, parts } = this.#parts;
    const isSmall = (job: Job): boolean => job.size <= limits.wholeFileBytes;
    const small = files.filter(isSmall);
    const { signal, progress } = context;
    const large = { token, pool, parts, passes: this.#passes, signal, progress };
    const results = await Promise.all([
      ...(small.length === 0 ? [] : [reported(ways.whole(small), small, parts, context)]),
      ...files
        .filter((job) => !isSmall(job))
        .map((job) => this.#large(() => one(job, large, ways.large))),
    ]);
    return results.flat();
  }

  /** Loads the keys, with their bytes where software needs them. Nothing is erased until `work` ends. */
  #withKeys<T>(materials: readonly KeyMaterial[], work: (keys: Loaded) => Promise<T>): Promise<T> {
    const { keyring } = this.#parts;
    const next = (rest: readonly KeyMaterial[], loaded: Loaded): Promise<T> => {
      const [material, ...others] = rest;
      if (material === undefined) return work(loaded);
      if (material.custody !== 'hsm-wrapped') {
        return next(others, [...loaded, { material, software: null }]);
      }
      return keyring.use(material, (software) => next(others, [...loaded, { material, software }]));
    };
    return next(materials, []);
  }

  #keySet(number: number): KeySet {
    const keySet = this.#keySets.get(number);
    if (keySet === undefined) throw new Error(`there is no key set ${number}`);
    return keySet;
  }
}

function requireKeys(keys: Loaded): asserts keys is readonly [LoadedKey, ...LoadedKey[]] {
  if (keys.length === 0) throw new Error('files cannot be encrypted without a key');
}

const one = async <Job extends FileJob>(
  job: Job,
  context: LargeContext,
  process: (job: Job, context: LargeContext) => Promise<FileDone>,
): Promise<FileResult[]> => {
  try {
    return [await process(job, context)];
  } catch (error) {
    return [failedFile(job, error)];
  }
};

/** A worker that dies leaves its parts behind: they are of no use, because a retry takes a new key. */
const reported = async (
  results: Promise<FileResult[]>,
  files: readonly (FileJob | WritingJob)[],
  parts: Parts,
  context: CallContext,
): Promise<FileResult[]> => {
  try {
    const done = await results;
    context.progress(files.reduce((sum, { size }) => sum + size, 0));
    return done;
  } catch (error) {
    for (const job of files) if ('part' in job) parts.remove(job.part);
    throw error;
  }
};

const headerOf = (job: FileJob): ParsedHeader => {
  const source = openSource(job.input, job);
  try {
    const prefix = Buffer.alloc(Math.min(source.size, LARGEST_AREA));
    readExactly(source.fd, prefix, 0);
    return parseHeader(prefix);
  } finally {
    closeSync(source.fd);
  }
};

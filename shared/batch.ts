import * as v from 'valibot';
import { batchIdSchema, keyIdSchema } from './ids.ts';
import { type FailureCode, failureCodes, type FailureData } from './failure.ts';

export const batchKinds = ['encrypt', 'decrypt', 'verify'] as const;
export type BatchKind = (typeof batchKinds)[number];

/** What becomes of inputs that are encrypted already where a batch encrypts. */
export const encryptedInputRules = ['leave-out', 'refuse', 'encrypt'] as const;
export type EncryptedInputs = (typeof encryptedInputRules)[number];

/** What happens where an output of that name exists already. Asked before a batch starts. */
export const conflictRules = ['keep-both', 'replace', 'skip'] as const;
export type ConflictRule = (typeof conflictRules)[number];

/** What happens to an original once its encrypted file has been read back. */
export const originalsRules = ['keep', 'trash', 'delete'] as const;
export type OriginalsRule = (typeof originalsRules)[number];
/** How an original is deleted. */
export const removals = ['trash', 'delete'] as const;
export type Removal = (typeof removals)[number];

const sizeSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

const identitySchema = v.strictObject({
  /** null: not known any more. A disk may get another number when it is mounted again. */
  device: v.nullable(v.string()),
  inode: v.string(),
});

/** A folder that the batch reads from or writes to. */
const plannedFolderSchema = v.strictObject({
  /** Absolute. */
  path: v.string(),
  /** The folder that was chosen: this one or one above it. Links below it are not followed. */
  root: v.string(),
  /** Which folder it was; null where it is still to be made. */
  identity: v.nullable(identitySchema),
  /** The permissions it gets when it is made; null: what is usual. */
  mode: v.nullable(sizeSchema),
});
export type PlannedFolder = v.InferOutput<typeof plannedFolderSchema>;

const emptyFolderSchema = v.strictObject({ input: v.string(), output: v.string() });
export type EmptyFolder = v.InferOutput<typeof emptyFolderSchema>;

const plannedFileSchema = v.strictObject({
  /** Place in the plan; also the number in the name of its part. */
  index: sizeSchema,
  /** Absolute path. */
  input: v.string(),
  /** Absolute path; null where nothing is written (verify). */
  output: v.nullable(v.string()),
  /** Bytes of the input. */
  size: sizeSchema,
  /** Which file it was; plans of earlier versions do not say. */
  identity: v.optional(v.strictObject({ ...identitySchema.entries, modifiedNs: v.string() })),
});
export type PlannedFile = v.InferOutput<typeof plannedFileSchema>;

const codes: readonly FailureCode[] = Object.values(failureCodes).flat();
const reasonSchema = v.strictObject({
  code: v.picklist(codes),
  cause: v.string(),
  unharmed: v.exactOptional(v.string()),
  next: v.exactOptional(v.string()),
  detail: v.exactOptional(v.string()),
});

/** An input that was refused while planning: it is tried again with the files that failed. */
const refusedInputSchema = v.strictObject({
  input: v.string(),
  /** The path that was named and led to it. */
  root: v.string(),
  reason: reasonSchema,
});
export type RefusedInput = v.InferOutput<typeof refusedInputSchema>;

/** What is stored of a batch until it is finished, so that it can be resumed after a crash. */
export const storedBatchSchema = v.strictObject({
  id: batchIdSchema,
  kind: v.picklist(batchKinds),
  conflict: v.picklist(conflictRules),
  deleteOriginals: v.boolean(),
  /** Batches that were stored before there was a choice deleted for good. */
  removal: v.optional(v.picklist(removals), 'delete'),
  /** The key versions to encrypt under, one slot each; empty when decrypting. */
  keys: v.array(v.strictObject({ id: keyIdSchema, version: sizeSchema })),
  files: v.array(plannedFileSchema),
  /** Folder for the outputs; null: beside each input. Vaults of older versions do not tell. */
  outputDir: v.optional(v.nullable(v.string()), null),
  encryptedInputs: v.optional(v.picklist(encryptedInputRules), 'leave-out'),
  /** Decrypting: outputs get the names that are sealed in the files, whatever the files' names are. */
  sealedNames: v.optional(v.boolean(), false),
  refused: v.optional(v.array(refusedInputSchema), []),
  /** The folders of the files, and those above them as far as they were chosen. */
  folders: v.optional(v.array(plannedFolderSchema), []),
  /** Folders without anything in them, which get their like among the outputs. */
  emptyFolders: v.optional(v.array(emptyFolderSchema), []),
});
export type StoredBatch = v.InferOutput<typeof storedBatchSchema>;

/** Something found while planning that will not be processed, and why. */
export interface SkippedInput {
  readonly input: string;
  /** The path that was named and led to it. */
  readonly root: string;
  /** `failed`: it was named and cannot be processed. `skipped`: it was met on the way, or asked for. */
  readonly outcome: 'skipped' | 'failed';
  readonly reason: FailureData;
}

/** What a batch would do, shown before it starts. */
export interface BatchPlan {
  readonly files: readonly PlannedFile[];
  readonly folders: readonly PlannedFolder[];
  readonly emptyFolders: readonly EmptyFolder[];
  readonly skipped: readonly SkippedInput[];
  /** Bytes of all inputs. */
  readonly bytes: number;
  /** How many outputs got another name, or replace a file, because theirs existed. */
  readonly conflicts: number;
}

export type FileOutcome = 'done' | 'failed' | 'skipped' | 'cancelled';

/** What became of one file: the line that a person or a machine reads. */
export interface Receipt {
  readonly input: string;
  readonly output: string | null;
  readonly outcome: FileOutcome;
  readonly reason?: FailureData;
  /** Plaintext bytes. */
  readonly bytes: number;
  /** SHA-256 of the encrypted file, hex; null where there is none. */
  readonly sha256: string | null;
  /** Id of the key, and its version. */
  readonly key: string | null;
  readonly version: number | null;
  /** Verifying: the slots that were proved, by key; the others belong to keys we do not hold. */
  readonly proved?: readonly { readonly key: string; readonly version: number }[];
  /** Where the originals were to be deleted: whether this one is gone. */
  readonly originalDeleted?: boolean;
}

export interface BatchProgress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  readonly bytesDone: number;
  /** Large files that are under way. */
  readonly active: readonly { readonly file: PlannedFile; readonly bytesDone: number }[];
}

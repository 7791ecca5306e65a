import * as v from 'valibot';
import { batchIdSchema, keyIdSchema } from './ids.ts';
import type { FileDigest } from './file-digest.ts';
import { type FailureCode, failureCodes, type FailureData } from './failure.ts';

export const batchKinds = ['encrypt', 'decrypt', 'verify', 'rewrap', 'reencrypt'] as const;
export type BatchKind = (typeof batchKinds)[number];

/** Kinds whose outputs take the places of their inputs. */
export const replacingKinds = ['rewrap', 'reencrypt'] as const satisfies readonly BatchKind[];
export type ReplacingKind = (typeof replacingKinds)[number];

export const isReplacing = (kind: BatchKind): kind is ReplacingKind =>
  replacingKinds.some((each) => each === kind);

/** What happens to inputs that are already encrypted when a batch encrypts. */
export const encryptedInputRules = ['leave-out', 'refuse', 'encrypt'] as const;
export type EncryptedInputs = (typeof encryptedInputRules)[number];

/** What happens if an output with that name already exists. Chosen before a batch starts. */
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
  /** null: no longer known. A disk may get another number when it is mounted again. */
  device: v.nullable(v.string()),
  inode: v.string(),
});

/** A folder that the batch reads from or writes to. */
const plannedFolderSchema = v.strictObject({
  /** Absolute. */
  path: v.string(),
  /** The folder that was chosen: this one or one above it. Links below it are not followed. */
  root: v.string(),
  /** Which folder it was; null if it does not exist yet. */
  identity: v.nullable(identitySchema),
  /** The permissions it gets when it is created; null: the usual ones. */
  mode: v.nullable(sizeSchema),
});
export type PlannedFolder = v.InferOutput<typeof plannedFolderSchema>;

/** Which keys open the files afterwards; slots of keys of other vaults are not meant. */
const slotChangeSchema = v.strictObject({
  /** One key for all; null: the newest version of each slot's own key. */
  to: v.nullable(keyIdSchema),
  add: v.array(keyIdSchema),
  remove: v.array(keyIdSchema),
  /** Re-encrypting: whether slots of other vaults' keys may be lost. */
  dropOthers: v.boolean(),
});
export type SlotChange = v.InferOutput<typeof slotChangeSchema>;

const keyVersionSchema = v.strictObject({ id: keyIdSchema, version: sizeSchema });
export type KeyVersion = v.InferOutput<typeof keyVersionSchema>;

const emptyFolderSchema = v.strictObject({ input: v.string(), output: v.string() });
export type EmptyFolder = v.InferOutput<typeof emptyFolderSchema>;

const plannedFileSchema = v.strictObject({
  /** Place in the plan; also the number in the name of its partial file. */
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
const reasonSchema: v.GenericSchema<unknown, FailureData> = v.strictObject({
  code: v.picklist(codes),
  cause: v.string(),
  unharmed: v.exactOptional(v.string()),
  next: v.exactOptional(v.string()),
  detail: v.exactOptional(v.string()),
  keys: v.exactOptional(v.array(keyVersionSchema)),
});

/** An input that was refused while planning: it is tried again with the files that failed. */
const refusedInputSchema = v.strictObject({
  input: v.string(),
  /** The named path under which it was found. */
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
  /** Batches from before there was a choice deleted permanently. */
  removal: v.optional(v.picklist(removals), 'delete'),
  /**
   * The key versions that slots are made for: one for each file when encrypting; those that some
   * file needs when its slots are replaced; empty when decrypting.
   */
  keys: v.array(keyVersionSchema),
  /** What becomes of the slots of the files; null for kinds that do not replace them. */
  slots: v.optional(v.nullable(slotChangeSchema), null),
  files: v.array(plannedFileSchema),
  /** Folder for the outputs; null: beside each input. Missing in vaults of older versions. */
  outputDir: v.optional(v.nullable(v.string()), null),
  encryptedInputs: v.optional(v.picklist(encryptedInputRules), 'leave-out'),
  /** Decrypting: outputs get the original names stored in the files. */
  sealedNames: v.optional(v.boolean(), false),
  refused: v.optional(v.array(refusedInputSchema), []),
  /** The folders of the files, and those above them as far as they were chosen. */
  folders: v.optional(v.array(plannedFolderSchema), []),
  /** Empty folders, which are also created for the outputs. */
  emptyFolders: v.optional(v.array(emptyFolderSchema), []),
});
export type StoredBatch = v.InferOutput<typeof storedBatchSchema>;

/** Something found while planning that will not be processed, and why. */
export interface SkippedInput {
  readonly input: string;
  /** The named path under which it was found. */
  readonly root: string;
  /**
   * `failed`: it was named and cannot be processed. `skipped`: it was found in a folder, or skipped
   * by choice.
   */
  readonly outcome: 'skipped' | 'failed';
  readonly reason: FailureData;
}

/** Files with a slot of one key version, of which the same becomes. */
export interface FileFate {
  /** null: no key of this vault. */
  readonly from: KeyVersion | null;
  readonly fate: 'replaced' | 'up-to-date' | 'refused' | 'not-ours';
  /** Replaced: the first key version that a new slot is made for. */
  readonly to: KeyVersion | null;
  readonly files: number;
  readonly bytes: number;
}

/** What a batch would do, shown before it starts. */
export interface BatchPlan {
  readonly files: readonly PlannedFile[];
  readonly folders: readonly PlannedFolder[];
  readonly emptyFolders: readonly EmptyFolder[];
  readonly skipped: readonly SkippedInput[];
  /** Bytes of all inputs. */
  readonly bytes: number;
  /** The indexes of the files whose output gets another name, or replaces a file. */
  readonly conflicts: readonly number[];
  /** Replacing slots: the vault's key versions that the files are to open with. */
  readonly targets: readonly KeyVersion[];
  /** Replacing slots: what becomes of the files, by the key version that decides it. */
  readonly fates: readonly FileFate[];
}

export type FileOutcome = 'done' | 'failed' | 'skipped' | 'cancelled';

/** The result of one file, for people and machines. */
export interface Receipt {
  readonly input: string;
  readonly output: string | null;
  readonly outcome: FileOutcome;
  readonly reason?: FailureData;
  /** Plaintext bytes. */
  readonly bytes: number;
  /** Of the encrypted file; null if there is none. */
  readonly digest: FileDigest | null;
  /** Id of the key, and its version. */
  readonly key: string | null;
  readonly version: number | null;
  /** Verifying: the verified slots, by key; the others belong to keys of other vaults. */
  readonly proved?: readonly { readonly key: string; readonly version: number }[];
  /** If originals were to be deleted: whether this one was. */
  readonly originalDeleted?: boolean;
}

export interface BatchProgress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  readonly bytesDone: number;
  /** Large files in progress. */
  readonly active: readonly { readonly file: PlannedFile; readonly bytesDone: number }[];
}

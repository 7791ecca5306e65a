import type { KeyVersion } from '../../../shared/batch.ts';
import type { FailureData } from '../../../shared/failure.ts';
import type { FileDigest } from '../../../shared/file-digest.ts';
import type { KeyId } from '../../../shared/ids.ts';
import type { Identity } from './identity.ts';

/** Which file an input was when the batch was planned. */
export interface PlannedIdentity extends Identity {
  readonly modifiedNs: string;
}

/** One file to be processed. Paths come from the plan of the main process. */
export interface FileJob {
  /** Place in the batch's plan. */
  readonly index: number;
  readonly input: string;
  /** Bytes of the input when the batch was planned. */
  readonly size: number;
  /** null: any file of this name. */
  readonly planned: PlannedIdentity | null;
}

/** A file whose output is written to a part in the destination folder. */
export interface WritingJob extends FileJob {
  /** Absolute path of the part; it must not exist. */
  readonly part: string;
}

export interface VerifyJob extends FileJob {
  /** Where given, the decrypted content must equal this file's: the read-back before a deletion. */
  readonly original: string | null;
}

/** Which file this was, so that exactly this one and no other is deleted later. */
export interface FileIdentity {
  readonly device: string;
  readonly inode: string;
  /** Bytes. */
  readonly size: string;
  readonly modifiedNs: string;
  /** The system sets it at every change, and no program can. */
  readonly changedNs: string;
}

export interface FileDone {
  readonly outcome: 'done';
  readonly index: number;
  /** Plaintext bytes. */
  readonly bytes: number;
  /** Bytes of the encrypted file. */
  readonly encryptedBytes: number;
  /** Of the encrypted file. Never of the plaintext: that would confirm guesses. */
  readonly digest: FileDigest;
  /** The keys whose slots were written (encrypting) or proved (decrypting, verifying). */
  readonly keys: readonly { readonly id: KeyId; readonly version: number; readonly kcv: string }[];
  readonly source: FileIdentity;
  /** Where slots were replaced: all of them, before and after. */
  readonly slots?: {
    readonly before: readonly KeyVersion[];
    readonly after: readonly KeyVersion[];
  };
  /** What the original was called, as it is sealed in the file; null where one was encrypted. */
  readonly name: string | null;
}

export interface FileFailed {
  readonly outcome: 'failed';
  readonly index: number;
  readonly failure: FailureData;
}

export type FileResult = FileDone | FileFailed;

import type { TokenTarget } from './pkcs11/target.ts';
import type { FileJob, FileResult, VerifyJob, WritingJob } from './files/jobs.ts';
import type { SlotProof } from './files/prove-slots.ts';
import type { ReencryptWhole } from './files/reencrypt-whole.ts';
import type { RewrapFiles } from './files/rewrap-files.ts';
import type { DecryptShare, EncryptShare, ReencryptShare } from './files/segments.ts';
import type { EncryptWhole, WholeFiles } from './files/whole-files.ts';
import type { Masters } from './keys/vault-token.ts';
import type { VaultId } from '../../shared/ids.ts';

/** What a worker needs to find the token and the master keys. The login is shared. */
export interface WorkerSetup {
  readonly target: TokenTarget;
  readonly vaultId: VaultId;
  readonly masters: Masters;
  readonly callerNonce: boolean;
  /** Process that started the engine. */
  readonly parent: number;
}

/** What the engine asks of a worker thread. */
export interface WorkerCalls {
  /** Answered once the worker has found the token and the masters. */
  awaitStart: (input: null) => void;
  encryptWhole: (input: EncryptWhole) => FileResult[];
  decryptWhole: (input: WholeFiles<WritingJob>) => FileResult[];
  verifyWhole: (input: WholeFiles<VerifyJob>) => FileResult[];
  rewrapFiles: (input: RewrapFiles) => FileResult[];
  reencryptWhole: (input: ReencryptWhole) => FileResult[];
  proveSlots: (input: WholeFiles<FileJob>) => SlotProof[];
  encryptShare: (input: EncryptShare) => void;
  decryptShare: (input: DecryptShare) => void;
  reencryptShare: (input: ReencryptShare) => void;
}

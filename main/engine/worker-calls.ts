import type { TokenTarget } from './pkcs11/target.ts';
import type { FileResult, VerifyJob, WritingJob } from './files/jobs.ts';
import type { DecryptRange, EncryptRange } from './files/ranges.ts';
import type { EncryptWhole, WholeFiles } from './files/whole-files.ts';
import type { Masters } from './keys/vault-token.ts';
import type { VaultId } from '../../shared/ids.ts';

/** What a worker needs to find the token and the masters by itself. The login is shared. */
export interface WorkerSetup {
  readonly target: TokenTarget;
  readonly vaultId: VaultId;
  readonly masters: Masters;
  readonly callerNonce: boolean;
}

/** What the engine asks of a worker thread. */
export interface WorkerCalls {
  encryptWhole: (input: EncryptWhole) => FileResult[];
  decryptWhole: (input: WholeFiles<WritingJob>) => FileResult[];
  verifyWhole: (input: WholeFiles<VerifyJob>) => FileResult[];
  encryptRange: (input: EncryptRange) => void;
  decryptRange: (input: DecryptRange) => void;
  hashStart: (input: { readonly fd: number }) => void;
  hashTo: (input: { readonly fd: number; readonly end: number }) => void;
  hashEnd: (input: { readonly fd: number }) => string;
}

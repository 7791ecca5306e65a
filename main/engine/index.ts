export type { EngineCalls, KeySetInput, ModuleListing, RefusedKey } from './api.ts';
export { AREA_UNIT } from './envelope/format.ts';
export { isMagic, MAGIC_BYTES, type ParsedHeader } from './envelope/header.ts';
export { fileLength } from './envelope/layout.ts';
export { isStorableName } from './envelope/metadata.ts';
export { fileIdentityOf } from './files/describe.ts';
export { hasLastingNumbers, identityOf, isSame } from './files/identity.ts';
export { inspectFile, type Inspection } from './files/inspect.ts';
export type { FileDone, FileIdentity, FileJob, FileResult, VerifyJob } from './files/jobs.ts';
export { type FolderPlace, OpenFolder } from './files/open-folder.ts';
export {
  nameOfSlot,
  type NewSlot,
  newSlots,
  type SlotMove,
  type SlotRules,
  type SlotTarget,
} from './files/new-slots.ts';
export { OpenFolders } from './files/open-folders.ts';
export type { SlotProof } from './files/prove-slots.ts';
export { readHeader } from './files/read-header.ts';
export type { KeyringLifetimes } from './keys/keyring.ts';
export type { ObjectFinding, TokenComparison } from './keys/reconcile.ts';
export type { Expected } from './keys/sort-objects.ts';
export type { SigningKey, SigningKeys } from './keys/signing-keys.ts';
export type { Masters } from './keys/vault-token.ts';
export type { AnchorKind } from './pkcs11/anchors.ts';
export { evaluationFiles } from './pkcs11/evaluation-files.ts';
export { findModules, requireSoftHsm } from './pkcs11/known-modules.ts';
export type { TokenKeyName } from './pkcs11/objects.ts';
export { type PinChange, requireText } from './pkcs11/possible-pin.ts';
export type { TokenProfile } from './pkcs11/profile.ts';
export type { TokenInfo } from './pkcs11/token-info.ts';
export {
  engineEnvironment,
  type EngineExit,
  type EngineProcess,
  PATIENCE_MS,
  startEngine,
} from './start.ts';

export type { KnownVault } from './known-vault.ts';
export { fullPathOf, isAdministrators, type Library, libraryAt } from './library.ts';
export {
  fingerprintOfVault,
  meet,
  type MetVault,
  recognise,
  type Recognised,
  refuseOther,
} from './recognise.ts';
export { Signers } from './signers.ts';
export { TrustStore } from './trust-store.ts';

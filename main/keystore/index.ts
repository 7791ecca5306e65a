export type { KeyReader, WrappedMaterial } from './keys.ts';
export { Keystore, type ReadTables, type Tables } from './keystore.ts';
export type { TokenBinding } from './meta.ts';
export type { Migration } from './migrate.ts';
export { migrations } from './migrations/index.ts';
export type { SealScope } from './seals.ts';

export { changeKey, refuseRequest } from './change-key.ts';
export type { ChangedKey, KeyChange } from './key-change.ts';
export { destroyUnused, destroyVersion } from './destroy-key.ts';
export { doDueActs, type PostponedAct, rotationOf } from './due-acts.ts';
export { createKey, refuseKey } from './key-service.ts';

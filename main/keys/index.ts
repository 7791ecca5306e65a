export { changeKey, refuseRequest, refuseWait } from './change-key.ts';
export type { ChangedKey, KeyChange } from './key-change.ts';
export { destroyNow } from './destroy-key.ts';
export { catchUp, doDueActs, rotationOf } from './due-acts.ts';
export { type DestructionPreview, previewDestruction } from './destruction-preview.ts';
export { filesToRewrap } from './files-to-rewrap.ts';
export { createKey, refuseKey } from './key-service.ts';
export { setWaitingPeriod } from './waiting-period.ts';

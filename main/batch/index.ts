export { refreshPlan } from './refresh-plan.ts';
export {
  abandonBatch,
  type BatchResult,
  failedBatches,
  findBatch,
  resumeBatch,
  retriedKeys,
  retryBatch,
  runBatch,
  runStored,
  storeBatch,
  unfinishedBatches,
} from './batches.ts';
export { isUtf8Name, nameOfBytes, shownName } from './byte-name.ts';
export { encryptedAmong } from './encrypted-files.ts';
export { encryptionKeys } from './batch-keys.ts';
export { refusalRecorded } from './refused-batch.ts';
export { planAgain, planBatch } from './plan.ts';
export type { RunOptions } from './run.ts';
export { proving, survey, type SurveyOptions, surveyRecord } from './survey.ts';
export { takesSealedName } from './sealed-name.ts';
export { newestRules, slotChange, type WantedSlots } from './slot-rules.ts';
export { checkSpace, type FreeSpace } from './space.ts';
export { FreedesktopTrash, type Trash, trashHere } from './trash.ts';
export { walk } from './walk.ts';

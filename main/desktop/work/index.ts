export { pastBatches } from './past-batches.ts';
export { plannedRows, skippedRows, viewOfPlan } from './plan.ts';
export { Work } from './work.ts';

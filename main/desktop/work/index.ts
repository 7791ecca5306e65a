export { pastBatches } from './past-batches.ts';
export { leftOutRows, plannedRows, viewOfPlan } from './plan.ts';
export { Surveys } from './surveys.ts';
export { Work } from './work.ts';

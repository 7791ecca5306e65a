export { Checkpoints } from './checkpoints.ts';
export { Reports } from './reports.ts';
export { Verifying } from './verifying.ts';

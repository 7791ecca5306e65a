export {
  type Checkpoint,
  checkpointText,
  type LedgerHead,
  makeCheckpoint,
  noteKeyOf,
  openCheckpoint,
  type Origin,
  originText,
  parseCheckpointText,
} from './checkpoint.ts';
export { fingerprintOf, isSignatureOf, verifierKey } from './note.ts';
export { type CheckpointKey, pemOf, readPem } from './public-key.ts';

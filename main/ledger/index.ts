export { authenticateTail, type RecordRange, type Tail } from './authenticate.ts';
export { CheckpointBook, type KeptCheckpoint } from './checkpoint-book.ts';
export {
  type EpochHead,
  type LastReport,
  LEDGER_FORM,
  LedgerFacts,
  vaultActions,
} from './facts.ts';
export { type Finding, Findings, MAX_FINDINGS } from './findings.ts';
export { saveHashes } from './hashes.ts';
export { Ledger, type Stamp, stampRecord } from './ledger.ts';
export { readLines } from './lines.ts';
export { leafHash, MerkleTree } from './merkle.ts';
export {
  consistencyProof,
  isConsistent,
  rootOfSharedInclusion,
  sharedInclusionProof,
} from './proofs.ts';
export { readWhole } from './read-ledger.ts';
export {
  type Actor,
  encodeRecord,
  firstDifference,
  jsonOf,
  type LedgerRecord,
  type NewRecord,
  parseLine,
} from './record.ts';
export { LedgerScan, scanLedger } from './scan.ts';
export { checkSigned, type SignedPart } from './verify-signed.ts';
export { type RecordHead, RecordScanner } from './record-scanner.ts';

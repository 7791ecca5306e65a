/** The lines above the rows of a report's CSV. */
export const cover = {
  report: 'Claviger report',
  kind: 'Kind',
  jsonSha256: 'SHA-256 of the JSON file',
  note: ['Note', 'A rendering without proofs. The JSON file is the authority.'],
  made: 'Made',
  vault: 'Vault',
  vaultId: 'Vault ID',
  evaluation: 'Evaluation',
  isEvaluation: 'EVALUATION: do not rely on it',
  filter: 'Filter',
  first: 'First record of the range',
  last: 'Last record of the range',
  completeness: 'Completeness',
  checkpoint: 'Checkpoint',
  root: 'Root of the checkpoint',
  fingerprint: 'Fingerprint of its key',
} as const;

/** The kinds of report: which records each asks for, and what it shows beside them. */
export const reportKinds = [
  'activity',
  'key-inventory',
  'key-life',
  'destruction',
  'batch-receipts',
  'ceremony',
  'token-evidence',
] as const;
export type ReportKind = (typeof reportKinds)[number];

/** Files beside the JSON, which is the authority. */
export const renderings = ['csv', 'pdf'] as const;
export type Rendering = (typeof renderings)[number];

/** What an export does, one after the other; a rendering only where it was asked for. */
export const exportSteps = ['records', 'json', ...renderings] as const;
export type ExportStep = (typeof exportSteps)[number];

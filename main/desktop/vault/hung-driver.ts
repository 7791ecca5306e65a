/** A driver counts as hung if a cancelled batch takes longer than this to end. In milliseconds. */
export const CANCEL_MS = 10_000;

/** How long a cancelled batch may take to end, in milliseconds: then its driver is taken to hang. */
export const CANCEL_MS = 10_000;

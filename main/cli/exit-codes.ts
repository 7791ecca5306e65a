export const exitCodes = {
  done: 0,
  someFailed: 1,
  /** Of `status` and `reconcile`: something was found that somebody should look at. */
  attention: 1,
  usage: 2,
  token: 3,
  unverified: 4,
} as const;

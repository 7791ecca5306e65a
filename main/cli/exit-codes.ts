export const exitCodes = {
  done: 0,
  someFailed: 1,
  /** Of `status` alone: what monitors take for a warning. */
  attention: 1,
  usage: 2,
  token: 3,
  unverified: 4,
} as const;

/** What the newest checkpoint in the token proves, on screen and in reports. */
export const anchors = {
  inVault:
    'No rollback detection by the token: the evaluation token is stored in the vault folder and is rolled back with it.',
  none: 'No rollback detection by the token: it cannot store the newest checkpoint.',
  stored:
    'The newest checkpoint is also stored in the token: an older or altered ledger is found at unlock.',
} as const;

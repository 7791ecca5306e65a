/** What an evaluation token puts into the vault's folder: its objects, and SoftHSM2's configuration. */
export const evaluationFiles = { token: 'token', config: 'softhsm2.conf' } as const;

import type { Output } from '../../../shared/contract.ts';
import type { Screen, TokenPresence, VaultPlace } from '../../../shared/contract/app.ts';
import type { FailureData } from '../../../shared/failure.ts';
import type { OpenVault } from './open-vault.ts';

/** The state of the open vault. */
export type Place =
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged'; readonly vault: VaultPlace; readonly failure: FailureData }
  | { readonly kind: 'vault'; readonly open: OpenVault };

interface Around {
  readonly recent: Output<'vault.recent'>;
  readonly token: TokenPresence;
  readonly filesWaiting: number;
}

/** The screen that shows it. */
export const screenOf = (place: Place, { recent, token, ...around }: Around): Screen => {
  if (place.kind === 'none') return { screen: 'first-run', recent };
  if (place.kind === 'damaged')
    return { screen: 'damaged', vault: place.vault, failure: place.failure };
  const { open } = place;
  const { access } = open;
  const vault = open.info();
  if (access.kind !== 'locked') return { screen: 'open', vault, rollback: open.rollback };
  const { reason, at, unconfirmed, batchBehind } = access;
  return {
    screen: 'locked',
    vault,
    token,
    lock: { reason, at },
    unconfirmed: unconfirmed !== null,
    batchRunning: batchBehind,
    ...around,
  };
};

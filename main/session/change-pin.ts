import { Failure } from '../../shared/failure.ts';
import { pinChangeUnclear } from '../../shared/messages/failures/pin-change.ts';
import type { EngineCalls, PinChange } from '../engine/index.ts';
import type { NewRecord } from '../ledger/index.ts';
import type { Caller } from '../rpc/index.ts';
import type { VaultSession } from './vault-session.ts';

/**
 * Changes the PIN of the vault's token: with the engine that is logged in, or, because an expired
 * PIN does not unlock, with one of its own. Recorded before and after: if the program ends in
 * between, the ledger says that either PIN may apply.
 * @param change null where both PINs are typed at the token
 * @throws Failure 'pin-incorrect' | 'pin-unsuitable' | 'pin-unclear' and the like; that is recorded
 */
export const changePin = (session: VaultSession, change: PinChange | null): Promise<void> =>
  session.isLoggedIn
    ? changeWith(session, session.engine, change)
    : session.atToken((engine) => changeWith(session, engine, change));

const changeWith = async (
  { vault }: VaultSession,
  engine: Caller<EngineCalls>,
  change: PinChange | null,
): Promise<void> => {
  if (vault.unrecorded !== null) throw vault.unrecorded;
  const typed = change === null ? 'at the token' : 'here';
  await vault.record([
    { action: 'token.pin-start', subject: {}, outcome: 'ok', details: { typed } },
  ]);
  try {
    await engine.call('changePin', change);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const failure = error.code === 'engine-lost' ? pinChangeUnclear(error) : error;
    await vault.record([refusalOf(failure)]);
    throw failure;
  }
  await vault.record([{ action: 'token.pin', subject: {}, outcome: 'ok', details: {} }]);
};

const refusalOf = ({ code, message }: Failure): NewRecord => ({
  action: 'token.pin',
  subject: {},
  outcome: code === 'pin-unclear' ? 'failed' : 'refused',
  code,
  details: { reason: message },
});

import type { Session } from '../../../shared/contract/session.ts';
import { toFailureData } from '../../../shared/failure.ts';
import type { TokenInfo } from '../../engine/index.ts';
import { anchorKindOf, answerInTime } from '../../session/index.ts';
import type { OpenVault } from './open-vault.ts';

export interface StatusParts {
  readonly locksAt: string;
  readonly batch: Session['batch'];
  readonly lifetimes: { readonly idleMs: number; readonly absoluteMs: number };
  readonly user: string;
  readonly host: string;
}

/** How long to wait for the engine's status, in milliseconds. */
const STATUS_MS = 5_000;

/** The status of an unlocked vault, for the status bar and the overview. */
export const statusOf = async (open: OpenVault, parts: StatusParts): Promise<Session> => {
  const { vault, access, lost, gate } = open;
  const [token, cached] = await Promise.all([tokenOf(open), cachedKeys(open, parts.lifetimes)]);
  const { size, root } = vault.head;
  const { locksAt, batch, user, host } = parts;
  return {
    token,
    evaluation: open.isEvaluation,
    pinNeeded: gate.isAwaited && lost !== null ? toFailureData(lost) : null,
    unlockedAt: access.kind === 'locked' ? new Date().toISOString() : access.since,
    ledger: {
      records: size,
      root,
      verification: { ...open.verification },
      checkpoint: checkpointOf(open),
    },
    cachedKeys: cached,
    locksAt,
    waitingDays: vault.tables.meta.waitingDays(),
    batch,
    user,
    host,
  };
};

const checkpointOf = ({ vault, isEvaluation }: OpenVault): Session['ledger']['checkpoint'] => {
  const newest = vault.newestCheckpoint;
  if (newest === null) return null;
  const { signedAt: at, isAnchored } = vault.checkpointState;
  const detects = !isEvaluation && anchorKindOf(vault) !== 'none';
  const inToken = isAnchored ? 'now' : 'later';
  return { records: newest.size, at, inToken: detects ? inToken : 'never' };
};

/** The last known facts, used while the engine is being replaced. */
const tokenOf = async ({ session, vault }: OpenVault): Promise<Session['token']> => {
  const { label, serial } = vault.tables.meta.token() ?? { label: '', serial: '' };
  const absent = { label, serial, model: '', manufacturer: '', firmware: '' };
  if (!session.isLoggedIn) return { ...absent, present: false, pinState: 'ok' };
  const known: TokenInfo = session.token;
  const now = await answerInTime(session.tokenNow(), STATUS_MS);
  const { model, manufacturer, firmware, pinState } = now ?? known;
  return { label, serial, model, manufacturer, firmware, pinState, present: now !== null };
};

const cachedKeys = async (
  { session, vault }: OpenVault,
  { idleMs, absoluteMs }: StatusParts['lifetimes'],
): Promise<Session['cachedKeys']> => {
  if (!session.isLoggedIn) return [];
  const names = vault.tables.keys.names();
  const cached = await answerInTime(session.engine.call('cachedKeys', null), STATUS_MS);
  return (cached ?? []).map(({ id, version, since, lastUsed }) => {
    const until = Math.min(Date.parse(lastUsed) + idleMs, Date.parse(since) + absoluteMs);
    const name = names.get(id) ?? id;
    return { id, name, version, since, lastUsed, until: new Date(until).toISOString() };
  });
};

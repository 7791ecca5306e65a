import { fallback, notProbed } from '../../shared/messages/keys.ts';
import { randomBytes } from 'node:crypto';
import { parse } from 'valibot';
import { type KeyId, keyIdSchema } from '../../shared/ids.ts';
import {
  type Bulk,
  type Custody,
  type CustodyPair,
  type KeySummary,
  type AtPeriodEnd,
} from '../../shared/keys.ts';
import {
  activationInPast,
  bulkMustBeHost,
  pairNotSupported,
} from '../../shared/messages/failures/keys.ts';
import type { TokenProfile } from '../engine/index.ts';
import { mastersOf, type VaultSession } from '../session/index.ts';
import type { Vault } from '../vault/index.ts';
import { refusePeriod } from './change-key.ts';
import { refuseOtherMasters } from './same-masters.ts';

export interface KeyRequest {
  readonly name: string;
  readonly custody?: Custody | undefined;
  readonly bulk?: Bulk | undefined;
  /** When it becomes active, UTC, ISO 8601; at once if there is none. */
  readonly activates?: string | undefined;
  /** Cryptoperiod in days; without end if there is none. */
  readonly periodDays?: number | undefined;
  readonly atPeriodEnd?: AtPeriodEnd | undefined;
}

export interface CreatedKey {
  readonly key: KeySummary;
  /** Why the key differs from the default; null if it does not. */
  readonly fallback: string | null;
}

/** The default, Balanced, then what the token may support instead; best first. */
const preference: readonly CustodyPair[] = [
  { custody: 'hsm-only', bulk: 'host' },
  { custody: 'resident', bulk: 'host' },
  { custody: 'hsm-wrapped', bulk: 'host' },
  { custody: 'hsm-only', bulk: 'token' },
  { custody: 'resident', bulk: 'token' },
];

const FIRST_VERSION = 1;

/**
 * Checks what can be checked without the token.
 * @throws Failure 'usage' | 'name-taken'
 */
export const refuseKey = ({ tables, now }: Vault, request: KeyRequest): void => {
  tables.keys.refuseName(request.name);
  bestPair(request);
  const { activates, periodDays: days } = request;
  if (activates !== undefined && Date.parse(activates) <= now.getTime())
    throw activationInPast(activates);
  if (days !== undefined) refusePeriod(days);
};

/** Creates a key in the token and stores what is needed to use it again. */
export const createKey = async (
  session: VaultSession,
  request: KeyRequest,
): Promise<CreatedKey> => {
  const { vault } = session;
  // Before the token creates anything: a resident key that is refused later would be left in it.
  refuseKey(vault, request);
  const { pair, fallback } = choosePair(session.profile, request);
  const id = newKeyId();
  // Blobs and proofs are sealed with random nonces too, so count them first.
  await session.seals.take('master', 1);
  const masters = mastersOf(vault.tables);
  const material = await session.engine.call('createKey', { id, version: FIRST_VERSION, ...pair });
  const { version, kcv, blob, objectId, proof } = material;
  const created = vault.now.toISOString();
  const { name, activates, periodDays: days, atPeriodEnd } = request;
  const state = activates === undefined ? 'active' : 'pre-activation';
  await vault.commit(
    (tables) => {
      const { keys } = tables;
      refuseOtherMasters(tables, masters);
      keys.insert(
        { id, name, ...pair },
        { version, kcv, blob, objectId, proof, created, state, activates: activates ?? null },
      );
      keys.setPeriod(id, days ?? null, atPeriodEnd ?? 'warn');
    },
    () => ({
      action: 'key.create',
      subject: { key: id, name, version, kcv },
      outcome: 'ok',
      details: {
        ...pair,
        ...(activates === undefined ? {} : { activates }),
        ...(days === undefined ? {} : { days }),
        ...(days === undefined && atPeriodEnd === undefined
          ? {}
          : { atEnd: atPeriodEnd ?? 'warn' }),
      },
    }),
  );
  return { key: vault.tables.keys.get(id), fallback };
};

const newKeyId = (): KeyId => parse(keyIdSchema, randomBytes(16).toString('hex'));

const bestPair = ({ custody, bulk }: KeyRequest): CustodyPair => {
  const [best] = wantedPairs({ custody, bulk });
  if (best === undefined) throw bulkMustBeHost();
  return best;
};

const wantedPairs = ({ custody, bulk }: Omit<KeyRequest, 'name'>): readonly CustodyPair[] =>
  preference.filter(
    (pair) =>
      (custody === undefined || pair.custody === custody) &&
      (bulk === undefined || pair.bulk === bulk),
  );

const choosePair = (
  profile: TokenProfile,
  request: KeyRequest,
): { readonly pair: CustodyPair; readonly fallback: string | null } => {
  const best = bestPair(request);
  const pair = wantedPairs(request).find((each) => reasonAgainst(profile, each) === null);
  if (pair === undefined)
    throw pairNotSupported(best.custody, best.bulk, reasonAgainst(profile, best) ?? '');
  if (pair === best) return { pair, fallback: null };
  const reason = reasonAgainst(profile, best) ?? '';
  return { pair, fallback: fallback(best, reason, pair) };
};

const reasonAgainst = (profile: TokenProfile, pair: CustodyPair): string | null => {
  const verdict = profile.pairs.find(
    ({ custody, bulk }) => custody === pair.custody && bulk === pair.bulk,
  );
  if (verdict === undefined) return notProbed;
  return verdict.carried ? null : verdict.reason;
};

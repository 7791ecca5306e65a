import * as v from 'valibot';
import { keystoreIncomplete } from '../../shared/messages/failures/session.ts';
import type { Masters, TokenProfile } from '../engine/index.ts';
import { jsonObjectSchema } from '../json/index.ts';
import type { ReadTables, TokenBinding } from '../keystore/index.ts';

/** The token that a vault belongs to. @throws Failure `keystore-damaged` */
export const bindingOf = ({ meta }: ReadTables): TokenBinding => {
  const binding = meta.token();
  if (binding === null) throw keystoreIncomplete('the token');
  return binding;
};

/** The two masters as the keystore knows them. @throws Failure `keystore-damaged` */
export const mastersOf = ({ masters }: ReadTables): Masters => {
  const wrap = masters.find('wrap');
  const seal = masters.find('seal');
  if (wrap === null || seal === null) throw keystoreIncomplete('the master keys');
  return { wrap, seal };
};

/** What of a stored profile is relied on; the rest is evidence to be shown. */
const storedProfileSchema = v.looseObject({
  iv: v.picklist(['caller', 'token', 'none']),
  segmentSize: v.number(),
  maxSessions: v.nullable(v.number()),
  evaluationOnly: v.boolean(),
  ed25519: v.boolean(),
  p256: v.boolean(),
  anchor: v.picklist(['data-object', 'label', 'none']),
  module: v.looseObject({ sha256: v.string() }),
  pairs: v.array(v.looseObject({ custody: v.string(), bulk: v.string(), carried: v.boolean() })),
});

/** The keystore is bound to the ledger, so a profile in it is one that we wrote. */
export const profileOf = (binding: TokenBinding): TokenProfile => {
  const parsed = v.safeParse(storedProfileSchema, binding.profile);
  if (!parsed.success) throw keystoreIncomplete("the token's profile");
  return binding.profile as unknown as TokenProfile;
};

export const bindToken = (
  profile: TokenProfile,
  how: Pick<TokenBinding, 'modulePath' | 'parameters' | 'inVault'>,
): TokenBinding => ({
  ...how,
  label: profile.token.label,
  serial: profile.token.serial,
  librarySha256: profile.module.sha256,
  profile: v.parse(jsonObjectSchema, JSON.parse(JSON.stringify(profile))),
});

/** What the ledger says of a probe: the verdicts; the whole evidence is in the keystore. */
export const profileDetails = (profile: TokenProfile): Record<string, string | boolean> => ({
  library: profile.module.path,
  librarySha256: profile.module.sha256,
  libraryVersion: profile.module.version,
  carries: profile.pairs
    .filter(({ carried }) => carried)
    .map(({ custody, bulk }) => `${custody}/${bulk}`)
    .join(' '),
  unmet: profile.hardRequirements
    .filter(({ met }) => !met)
    .map(({ name }) => name)
    .join(' '),
  evaluationOnly: profile.evaluationOnly,
});

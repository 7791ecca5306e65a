import { checkNames, expectations } from '../../../shared/messages/token/checks.ts';
import type { TokenConnection } from './connection.ts';
import type { Finding } from './finding.ts';
import { caught, type Bench, type Check } from './probe/bench.ts';
import { gcmChecks } from './probe/gcm.ts';
import { hardeningChecks } from './probe/hardening.ts';
import { hardnessChecks } from './probe/hardness.ts';
import { keyChecks } from './probe/keys.ts';
import { sessionChecks } from './probe/sessions.ts';
import { signingChecks } from './probe/signing.ts';
import { storageChecks } from './probe/storage.ts';
import { wrappingChecks } from './probe/wrapping.ts';
import { libraryHash } from './library-hash.ts';
import type { TokenInfo } from './token-info.ts';
import { deriveAbilities, type TokenProfile } from './profile.ts';

const checks: readonly Check[] = [
  ...keyChecks,
  ...wrappingChecks,
  ...gcmChecks,
  ...signingChecks,
  ...hardnessChecks,
  ...hardeningChecks,
  ...storageChecks,
  ...sessionChecks,
];

/** A check whose preparation the token refuses has that refusal as its finding. */
const runCheck = (bench: Bench, check: Check): Finding => {
  const outcome = bench.connection.withSession((session) =>
    caught(() => check.run(bench, session)),
  );
  const seen = 'value' in outcome ? outcome.value : { seen: outcome.refusal, ok: false };
  return { check: check.name, expected: expectations[check.name], ...seen };
};

/** Without what holds only for this moment. */
const lasting = (info: TokenInfo): TokenProfile['token'] => ({
  label: info.label,
  serial: info.serial,
  manufacturer: info.manufacturer,
  model: info.model,
  firmware: info.firmware,
  initialised: info.initialised,
  loginRequired: info.loginRequired,
  pinPad: info.pinPad,
  writeProtected: info.writeProtected,
  mechanisms: info.mechanisms,
  maxSessions: info.maxSessions,
  pinLength: info.pinLength,
});

const byName = (one: Finding, other: Finding): number =>
  checkNames.indexOf(one.check) - checkNames.indexOf(other.check);

/**
 * Finds out what the token behind `connection` really does, with temporary keys, and what it
 * supports. Needs a login; takes a second on a soft token. Blocks the thread.
 * @throws Failure 'not-logged-in' | 'token-removed'; what the token refuses is a finding
 */
export const probe = (connection: TokenConnection): TokenProfile => {
  const findings = checks.map((check) => runCheck({ connection }, check)).sort(byName);
  const token = lasting(connection.token);
  const module = connection.module.info();
  const sha256 = libraryHash(module.path);
  return {
    module: { ...module, sha256 },
    token,
    maxSessions: token.maxSessions,
    ...deriveAbilities(findings),
    findings,
  };
};

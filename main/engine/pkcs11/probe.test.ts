import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../../shared/failure.ts';
import { TokenConnection } from './connection.ts';
import { checkNames, type CheckName } from '../../../shared/messages/token/checks.ts';
import { probe } from './probe.ts';
import { keyLimitsOf, type TokenProfile } from './profile.ts';
import { faultyConnection } from './testing/faults.ts';
import { testTokens, type TestToken } from './testing/tokens.ts';

/** What each token was seen to do; a line that changes is news about the token. */
const expected: Readonly<Record<CheckName, readonly [softHsm: string, nss: string]>> = {
  'session-key': ['as asked', 'as asked'],
  'sensitive-value': ['hidden', 'hidden'],
  'token-key': ['kept, found and destroyed', 'kept, found and destroyed'],
  'handles-shared': ['known to all sessions', 'known to all sessions'],
  random: ['different values', 'different values'],
  'keywrap-bytes': ['RFC 3394', 'RFC 3394'],
  'keywrap-tampered': ['CKR_GENERAL_ERROR', 'CKR_WRAPPED_KEY_INVALID'],
  'keywrap-wrong-key': ['CKR_GENERAL_ERROR', 'CKR_WRAPPED_KEY_INVALID'],
  'gcm-nonce': ['caller', 'caller'],
  'gcm-bytes': ['SP 800-38D', 'SP 800-38D'],
  'gcm-tampered': ['CKR_GENERAL_ERROR', 'CKR_ENCRYPTED_DATA_INVALID'],
  'gcm-wrong-key': ['CKR_GENERAL_ERROR', 'CKR_ENCRYPTED_DATA_INVALID'],
  'gcm-largest-aad': ['64964', '64964'],
  'gcm-largest-buffer': ['4194304', '4194304'],
  'cmac-bytes': ['RFC 4493', 'RFC 4493'],
  ed25519: ['verified', 'CKR_MECHANISM_INVALID'],
  'ecdsa-p256': ['verified', 'verified'],
  'unextractable-stays': ['CKR_KEY_UNEXTRACTABLE', 'allowed'],
  'copy-adds-nothing': [
    'refused',
    'added CKA_DECRYPT, CKA_ENCRYPT, CKA_EXTRACTABLE, CKA_WRAP, CKA_UNWRAP',
  ],
  'change-adds-nothing': ['refused', 'refused'],
  'usage-enforced': ['refused', 'refused'],
  'object-id-reused': ['both live', 'the first key is lost'],
  'copyable-enforced': ['CKR_ACTION_PROHIBITED', 'allowed'],
  'mechanisms-enforced': ['CKR_MECHANISM_INVALID', 'allowed'],
  'data-object': ['kept and destroyed', 'CKR_ATTRIBUTE_VALUE_INVALID'],
  'label-object': ['kept and destroyed', 'kept and destroyed'],
  sessions: ['10', '10'],
  'session-after-error': ['CKR_OPERATION_ACTIVE', 'usable'],
  'session-objects-left': ['0', '0'],
};

describe.each(testTokens)('the probe of $name', ({ name, make }) => {
  let token: TestToken;
  let connection: TokenConnection;
  let profile: TokenProfile;
  beforeAll(() => {
    token = make();
    connection = TokenConnection.open(token.target);
    connection.login(token.pin);
    profile = probe(connection);
  });
  afterAll(() => {
    connection.close();
    token.remove();
  });

  test.each(checkNames)('%s', (check) => {
    const seen = profile.findings.find((finding) => finding.check === check)?.seen;
    expect(seen).toBe(expected[check][name === 'SoftHSM2' ? 0 : 1]);
  });

  test('every check is made, once, in order', () => {
    expect(profile.findings.map((finding) => finding.check)).toEqual(checkNames);
  });

  test('all five pairs run', () => {
    expect(profile.pairs.map((pair) => pair.carried)).toEqual(Array(5).fill(true));
    expect(profile).toMatchObject({ iv: 'caller', segmentSize: 262_144, workers: 8 });
  });

  test('SoftHSM2 meets the hard requirements, NSS fails three: evaluation only', () => {
    const unmet = profile.hardRequirements.filter((requirement) => !requirement.met);
    const names = unmet.map((requirement) => requirement.name);
    const failing = ['unextractable', 'no-added-rights', 'object-id'];
    expect(names).toEqual(name === 'SoftHSM2' ? [] : failing);
    expect(profile.evaluationOnly).toBe(name !== 'SoftHSM2');
  });

  test('signing and the anchor follow from what was seen', () => {
    const { ed25519, p256, anchor } = profile;
    expect({ ed25519, p256, anchor }).toEqual(
      name === 'SoftHSM2'
        ? { ed25519: true, p256: true, anchor: 'data-object' }
        : { ed25519: false, p256: true, anchor: 'label' },
    );
  });

  test('keys get the limits that the token enforces', () => {
    const enforced = name === 'SoftHSM2';
    expect(keyLimitsOf(profile)).toEqual({ copy: enforced, mechanisms: enforced });
  });

  test('the library is named by path, version and hash', () => {
    const { modulePath } = token.target;
    const sha256 = createHash('sha256').update(readFileSync(modulePath)).digest('hex');
    expect(profile.module).toMatchObject({ path: modulePath, sha256 });
    expect(profile.module.version).toMatch(/^\d+\.\d+$/);
    expect(profile.token.label).toBe(token.target.label);
  });

  test('nothing is left in the token, and the profile survives as JSON', () => {
    connection.withSession((session) => {
      expect(session.countSessionObjects()).toBe(0);
      expect(session.find({ token: true, class: 4 })).toHaveLength(0);
      expect(session.find({ token: true, class: 0 })).toHaveLength(0);
    });
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
  });

  test('a removed token is not taken for one that refuses', () => {
    const { connection: spoiled, injector } = faultyConnection(token);
    injector.tamper = (call) => {
      if (call === 'C_WrapKey') throw new Error('CKR_DEVICE_REMOVED:50');
    };
    let caught: unknown = null;
    try {
      probe(spoiled);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(Failure);
    expect(caught).toMatchObject({ code: 'token-removed' });
  });

  test('a token that cannot wrap has not shown that its keys cannot leave it', () => {
    const { connection: spoiled, injector } = faultyConnection(token);
    injector.tamper = (call) => {
      if (call === 'C_WrapKey') throw new Error('CKR_MECHANISM_INVALID:112');
    };
    const unextractable = probe(spoiled).hardRequirements.find((r) => r.name === 'unextractable');
    expect(unextractable).toEqual({
      name: 'unextractable',
      met: false,
      words:
        'Whether a key that must not leave the token can be wrapped and extracted could not be ' +
        'tested: CKR_MECHANISM_INVALID.',
    });
  });

  test('a library that changes requests is detected', () => {
    const { connection: spoiled, injector } = faultyConnection(token);
    injector.tamper = (call, args) => {
      if (call !== 'C_GenerateKey') return;
      const template = args[2] as { type: number; value: unknown }[];
      args[2] = template.map((a) => (a.type === 0x103 ? { ...a, value: false } : a));
    };
    const lax = probe(spoiled);
    expect(lax.pairs.some((pair) => pair.carried)).toBe(false);
    expect(lax.findings[0]).toMatchObject({ seen: 'CKA_SENSITIVE is not true', ok: false });
  });

  test('without a login there is nothing to probe', () => {
    connection.logout();
    expect(() => probe(connection)).toThrow('locked');
    connection.login(token.pin);
  });
});

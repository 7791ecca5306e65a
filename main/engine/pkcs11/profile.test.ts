import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkNames, type CheckName } from '../../../shared/messages/token/checks.ts';
import type { Finding } from './finding.ts';
import { deriveAbilities } from './profile.ts';

/** A token that does everything well. */
const best: Partial<Record<CheckName, string>> = {
  'gcm-nonce': 'caller',
  'gcm-bytes': 'SP 800-38D',
  'gcm-tampered': 'CKR_ENCRYPTED_DATA_INVALID',
  'gcm-largest-aad': '64964',
  'gcm-largest-buffer': '4194304',
  'keywrap-bytes': 'RFC 3394',
  sessions: '10',
  'session-after-error': 'usable',
};

type Changes = Partial<Record<CheckName, readonly [seen: string, ok: boolean]>>;

const findings = (changes: Changes): Finding[] =>
  checkNames.map((check) => {
    const [seen, ok] = changes[check] ?? [best[check] ?? 'as expected', true];
    return { check, expected: 'something', seen, ok };
  });

const carried = (changes: Changes): string[] =>
  deriveAbilities(findings(changes))
    .pairs.filter((pair) => pair.carried)
    .map((pair) => `${pair.custody}/${pair.bulk}`);

const reasons = (changes: Changes): string =>
  deriveAbilities(findings(changes))
    .pairs.map((pair) => pair.reason)
    .join('\n');

const invalid = ['CKR_MECHANISM_INVALID', false] as const;
const noWrap: Changes = {
  'keywrap-bytes': invalid,
  'keywrap-tampered': invalid,
  'keywrap-wrong-key': invalid,
};
const noGcm: Changes = {
  'gcm-nonce': ['none', false],
  'gcm-bytes': invalid,
  'gcm-tampered': invalid,
  'gcm-wrong-key': invalid,
  'gcm-largest-aad': ['0', false],
  'gcm-largest-buffer': ['0', false],
};

describe('what a token supports', () => {
  test('everything works: all five pairs, no workarounds', () => {
    expect(carried({})).toHaveLength(5);
    const abilities = deriveAbilities(findings({}));
    expect(abilities).toMatchObject({ evaluationOnly: false, workers: 8, workarounds: [] });
  });

  test('like the soft token of openCryptoki 3.8, no AES-GCM and no key wrap: nothing', () => {
    expect(carried({ ...noGcm, ...noWrap })).toEqual([]);
    expect(reasons({ ...noGcm, ...noWrap })).toMatch(/no AES-GCM with a 12-byte nonce/);
    expect(reasons({ ...noGcm, ...noWrap })).toMatch(/no RFC 3394 key wrap/);
    expect(reasons({ ...noGcm, ...noWrap })).not.toMatch(/at most 0 bytes/);
  });

  test('like a TPM, no AES-GCM, no wrapping and keys that cannot be tested: nothing, without wrong reasons', () => {
    const unsupported = ['CKR_FUNCTION_NOT_SUPPORTED', false] as const;
    const tpm: Changes = { ...noGcm, ...noWrap, 'copy-adds-nothing': unsupported };
    expect(carried(tpm)).toEqual([]);
    const { hardRequirements } = deriveAbilities(findings(tpm));
    expect(hardRequirements.find((requirement) => !requirement.met)?.words).toBe(
      'Whether copying or changing a key can give it a new usage could not be tested: CKR_FUNCTION_NOT_SUPPORTED.',
    );
  });

  test('without keys at all that is the only reason given', () => {
    const none = ['CKR_FUNCTION_NOT_SUPPORTED', false] as const;
    const keyless: Changes = { ...noGcm, ...noWrap, 'session-key': none, 'token-key': none };
    const told = deriveAbilities(findings({ ...keyless, 'handles-shared': none })).pairs;
    expect(new Set(told.map(({ reason }) => reason))).toEqual(
      new Set(['The token does not store AES-256 keys as needed (CKR_FUNCTION_NOT_SUPPORTED).']),
    );
  });

  test('like NetHSM, whose operators cannot create keys: nothing, and it says so', () => {
    const nethsm: Changes = {
      ...noGcm,
      ...noWrap,
      'session-key': ['CKR_ACTION_PROHIBITED', false],
      'token-key': ['CKR_ACTION_PROHIBITED', false],
    };
    expect(carried(nethsm)).toEqual([]);
    expect(reasons(nethsm)).toMatch(/does not store AES-256 keys .*CKR_ACTION_PROHIBITED/);
  });

  test('AES-GCM without key wrap supports the keys that need no wrapping', () => {
    expect(carried(noWrap)).toEqual(['resident/host', 'hsm-wrapped/host']);
    expect(reasons(noWrap)).toMatch(/no RFC 3394 key wrap .*CKR_MECHANISM_INVALID/);
  });

  test('another wrapping under the same mechanism number does not count as key wrap', () => {
    const padded: Changes = { 'keywrap-bytes': ['other bytes', false] };
    expect(carried(padded)).toEqual(['resident/host', 'hsm-wrapped/host']);
  });

  test('a token that makes the nonce and takes 16 KB at most: smaller segments', () => {
    const cloud: Changes = {
      'gcm-nonce': ['token', true],
      'gcm-largest-buffer': ['8192', true],
    };
    expect(carried(cloud)).toHaveLength(5);
    const abilities = deriveAbilities(findings(cloud));
    expect(abilities).toMatchObject({ iv: 'token', segmentSize: 8192 });
    expect(abilities.workarounds.join('\n')).toMatch(
      /chooses the nonces[\s\S]*segments of 8,192 bytes/,
    );
  });

  test('buffers below the smallest segment: only the host processes file data', () => {
    const small: Changes = { 'gcm-largest-buffer': ['2048', false] };
    expect(carried(small)).toEqual(['resident/host', 'hsm-only/host', 'hsm-wrapped/host']);
    expect(reasons(small)).toMatch(/at most 2,048 bytes in one call/);
    expect(deriveAbilities(findings(small)).segmentSize).toBe(262_144);
  });

  test('AAD too short for the header of a file: only the host processes file data', () => {
    const short: Changes = { 'gcm-largest-aad': ['256', false] };
    expect(carried(short)).toEqual(['resident/host', 'hsm-only/host', 'hsm-wrapped/host']);
  });

  test('handles of one session that another does not know: nothing', () => {
    const apart: Changes = { 'handles-shared': ['CKR_OBJECT_HANDLE_INVALID', false] };
    expect(carried(apart)).toEqual([]);
    expect(reasons(apart)).toMatch(/cannot use each other's keys/);
  });

  test('a token that accepts tampered data is not relied on for anything', () => {
    expect(carried({ 'gcm-tampered': ['allowed', false] })).toEqual([]);
  });

  test('few sessions: few workers, at least one', () => {
    expect(deriveAbilities(findings({ sessions: ['4', false] })).workers).toBe(2);
    expect(deriveAbilities(findings({ sessions: ['1', false] })).workers).toBe(1);
  });

  test('a missing signature or place for the checkpoint is reported', () => {
    const none: Changes = {
      ed25519: invalid,
      'ecdsa-p256': invalid,
      'data-object': invalid,
      'label-object': invalid,
    };
    const abilities = deriveAbilities(findings(none));
    expect(abilities.anchor).toBe('none');
    expect(abilities.workarounds.join('\n')).toMatch(/cannot sign[\s\S]*rolled-back vault/);
  });

  test('nothing was tested: nothing is supported and nothing is trusted', () => {
    const abilities = deriveAbilities([]);
    expect(abilities.pairs.some((pair) => pair.carried)).toBe(false);
    expect(abilities.evaluationOnly).toBe(true);
    expect(abilities.workers).toBe(1);
  });

  test('no failing check ever adds a pair or lifts evaluation only', () => {
    const subset = fc.subarray([...checkNames]);
    fc.assert(
      fc.property(subset, subset, (some, more) => {
        const fail = (names: readonly CheckName[]): Changes =>
          Object.fromEntries(names.map((name) => [name, ['CKR_GENERAL_ERROR', false]]));
        const [fewer, all] = [fail(some), fail([...some, ...more])];
        expect(carried(fewer)).toEqual(expect.arrayContaining(carried(all)));
        const evaluation = (changes: Changes): boolean =>
          deriveAbilities(findings(changes)).evaluationOnly;
        expect(evaluation(fewer) && !evaluation(all)).toBe(false);
      }),
    );
  });
});

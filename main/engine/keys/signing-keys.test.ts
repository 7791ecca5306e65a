import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newVaultId } from '../../vault/testing/context.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import { createSigningKeys, signReportDigest, type SigningKey } from './signing-keys.ts';

describe.each(testTokens)('the signing keys of a vault on $name', ({ name, make }) => {
  const vaultId = newVaultId();
  const profile = { ed25519: name === 'SoftHSM2', p256: true };
  let token: TestToken;
  let connection: TokenConnection;
  let report: SigningKey;

  beforeAll(() => {
    token = make();
    connection = TokenConnection.open(token.target);
    connection.login(token.pin);
    const keys = createSigningKeys(connection, vaultId, profile);
    if (keys.report === null) throw new Error('this token signs');
    ({ report } = { report: keys.report });
  });
  afterAll(() => {
    connection.close();
    token.remove();
  });

  test('the report key signs digests, and only of the right length', () => {
    expect(signReportDigest(connection, report, Buffer.alloc(32, 1)).length).toBeGreaterThan(60);
    expect(() => signReportDigest(connection, report, Buffer.alloc(31))).toThrow('32 bytes');
  });
});

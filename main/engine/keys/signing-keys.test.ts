import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointText } from '../../ledger/checkpoint.ts';
import { isSignatureOf } from '../../ledger/note.ts';
import { newVaultId } from '../../vault/testing/context.ts';
import { readAnchors, replaceAnchor } from '../pkcs11/anchors.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import {
  confirmSigningKey,
  createSigningKeys,
  signCheckpoint,
  signReportDigest,
  type SigningKey,
} from './signing-keys.ts';

describe.each(testTokens)('the signing keys of a vault on $name', ({ name, make }) => {
  const vaultId = newVaultId();
  const profile = { ed25519: name === 'SoftHSM2', p256: true };
  let token: TestToken;
  let connection: TokenConnection;
  let checkpoint: SigningKey;
  let report: SigningKey;

  beforeAll(() => {
    token = make();
    connection = TokenConnection.open(token.target);
    connection.login(token.pin);
    const keys = createSigningKeys(connection, vaultId, profile);
    if (keys.checkpoint === null || keys.report === null) throw new Error('this token signs');
    ({ checkpoint, report } = { checkpoint: keys.checkpoint, report: keys.report });
  });
  afterAll(() => {
    connection.close();
    token.remove();
  });

  const text = (id: string, size = 7): Buffer =>
    Buffer.from(
      checkpointText({ vaultId: id as typeof vaultId, epoch: 1 }, { size, root: 'ab'.repeat(32) }),
    );

  test('the checkpoint key signs checkpoints of its vault, and nothing else', () => {
    const signature = signCheckpoint(connection, vaultId, checkpoint, text(vaultId));
    const key = { curve: checkpoint.curve, spki: Buffer.from(checkpoint.spki, 'base64') };
    expect(checkpoint.curve).toBe(profile.ed25519 ? 'ed25519' : 'p256');
    expect(isSignatureOf(key, text(vaultId), signature)).toBe(true);
    for (const other of [
      text(newVaultId()),
      Buffer.from('anything'),
      Buffer.concat([text(vaultId), Buffer.from('more\n')]),
    ])
      expect(() => signCheckpoint(connection, vaultId, checkpoint, other)).toThrow('nothing but');
  });

  test('the report key signs digests, and only of the right length', () => {
    expect(signReportDigest(connection, report, Buffer.alloc(32, 1)).length).toBeGreaterThan(60);
    expect(() => signReportDigest(connection, report, Buffer.alloc(31))).toThrow('32 bytes');
  });

  test('another key in its place is found', () => {
    expect(() => confirmSigningKey(connection, checkpoint)).not.toThrow();
    const { spki } = createSigningKeys(connection, newVaultId(), profile).checkpoint ?? report;
    expect(() => confirmSigningKey(connection, { ...checkpoint, spki })).toThrow('not the one');
    const gone = { ...checkpoint, objectId: '00'.repeat(16) };
    expect(() => confirmSigningKey(connection, gone)).toThrow('does not hold');
  });

  test('one anchor remains, that of the newest checkpoint, and other vaults keep theirs', () => {
    const kind = name === 'SoftHSM2' ? 'data-object' : 'label';
    const other = newVaultId();
    connection.withSession((session) => {
      expect(readAnchors(session, kind, vaultId)).toEqual([]);
      replaceAnchor(session, kind, other, text(other).toString());
      for (const size of [1, 2, 3])
        replaceAnchor(session, kind, vaultId, `${text(vaultId, size).toString()}\n— é\n`);
      expect(readAnchors(session, kind, vaultId)).toEqual([
        `${text(vaultId, 3).toString()}\n— é\n`,
      ]);
      expect(readAnchors(session, kind, other)).toHaveLength(1);
      expect(readAnchors(session, 'none', vaultId)).toBeNull();
    });
  });
});

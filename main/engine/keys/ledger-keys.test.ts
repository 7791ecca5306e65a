import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VaultId } from '../../../shared/ids.ts';
import { checkpointText } from '../../pki/checkpoint.ts';
import { isSignatureOf } from '../../pki/note.ts';
import { newVaultId } from '../../vault/testing/context.ts';
import { type AnchorKind, keepAnchor, readAnchors } from '../pkcs11/anchors.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { CKA, CKK, CKO } from '../pkcs11/native.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import type { Template } from '../pkcs11/templates.ts';
import { noLimits } from '../pkcs11/templates.ts';
import { destroyMasters } from './destroy-masters.ts';
import { type LedgerIdentity, LedgerKeys } from './ledger-keys.ts';
import { createSigningKeys, type SigningKey } from './signing-keys.ts';
import { createMasters } from './vault-token.ts';

describe.each(testTokens)('the keys of a ledger on $name', ({ name, make }) => {
  const vaultId = newVaultId();
  const profile = { ed25519: name === 'SoftHSM2', p256: true };
  const kind: Exclude<AnchorKind, 'none'> = name === 'SoftHSM2' ? 'data-object' : 'label';
  let token: TestToken;
  let connection: TokenConnection;
  let checkpoint: SigningKey;
  let keys: LedgerKeys;

  const identityOf = ({ curve, spki }: SigningKey, id = vaultId): LedgerIdentity => ({
    vaultId: id,
    key: { curve, spki },
  });

  beforeAll(() => {
    token = make();
    connection = TokenConnection.open(token.target);
    connection.login(token.pin);
    ({ checkpoint } = createSigningKeys(connection, vaultId, profile));
    createMasters(connection, vaultId, noLimits);
    keys = LedgerKeys.find(connection, identityOf(checkpoint));
  });
  afterAll(() => {
    connection.close();
    token.remove();
  });

  const text = (id: VaultId, size = 7): Buffer =>
    Buffer.from(checkpointText({ vaultId: id, epoch: 1 }, { size, root: 'ab'.repeat(32) }));
  const noteOf = (size: number, id = vaultId): string => `${text(id, size).toString()}\n— é\n`;
  const sessionOf = (epoch = 1, id = vaultId) => ({
    ...{ vaultId: id, epoch },
    session: randomBytes(16).toString('hex'),
  });

  test('sign checkpoints of their vault, and nothing else', () => {
    const key = { curve: checkpoint.curve, spki: Buffer.from(checkpoint.spki, 'base64') };
    expect(isSignatureOf(key, text(vaultId), keys.signCheckpoint(text(vaultId)))).toBe(true);
    for (const other of [
      text(newVaultId()),
      Buffer.from('anything'),
      Buffer.concat([text(vaultId), Buffer.from('more\n')]),
    ])
      expect(() => keys.signCheckpoint(other)).toThrow('nothing but');
  });

  test('seal a session key for one session, one epoch and one vault', () => {
    const session = sessionOf();
    const { key, sealed } = keys.newSessionKey(session);
    expect(key).toHaveLength(32);
    expect(sealed).toHaveLength(60);
    expect(sealed.includes(key)).toBe(false);
    expect(keys.openSessionKey(session, sealed)).toEqual(key);
    expect(keys.openSessionKey(sessionOf(), sealed)).toBeNull();
    expect(keys.openSessionKey({ ...session, epoch: 2 }, sealed)).toBeNull();
    const other = Buffer.from(sealed);
    other.writeUInt8(other.readUInt8(20) ^ 1, 20);
    expect(keys.openSessionKey(session, other)).toBeNull();
    expect(keys.openSessionKey(session, sealed.subarray(1))).toBeNull();
    expect(() => keys.newSessionKey(sessionOf(1, newVaultId()))).toThrow('its vault');
  });

  test('are those of the first record: another key there is refused', () => {
    const other = createSigningKeys(connection, newVaultId(), profile).checkpoint;
    expect(() => LedgerKeys.find(connection, identityOf(other))).toThrow('does not hold the key');
    const nobody = identityOf(checkpoint, newVaultId());
    expect(() => LedgerKeys.find(connection, nobody)).toThrow('does not hold');
  });

  test('are not read from objects that anyone can create without the PIN', () => {
    const planted: Template = [
      { type: CKA.CLASS, value: CKO.SECRET_KEY },
      { type: CKA.KEY_TYPE, value: CKK.AES },
      { type: CKA.TOKEN, value: true },
      { type: CKA.PRIVATE, value: name === 'NSS softokn' },
      { type: CKA.SENSITIVE, value: false },
      { type: CKA.EXTRACTABLE, value: true },
      { type: CKA.ENCRYPT, value: true },
      { type: CKA.DECRYPT, value: true },
      { type: CKA.ID, value: randomBytes(16) },
      { type: CKA.LABEL, value: `claviger/${vaultId}/seal` },
      { type: CKA.VALUE, value: Buffer.alloc(32, 1) },
    ];
    const session = sessionOf();
    const { sealed } = keys.newSessionKey(session);
    connection.withSession((open) => {
      const object = open.createObject(planted);
      const again = LedgerKeys.find(connection, identityOf(checkpoint));
      expect(again.openSessionKey(session, sealed)).not.toBeNull();
      open.destroy(object);
    });
  });

  test('open sessions of both sealing masters while there are two, and seal under the named one', () => {
    const session = sessionOf();
    const { key, sealed } = keys.newSessionKey(session);
    const { wrap, seal } = createMasters(connection, vaultId, noLimits);
    const both = LedgerKeys.find(connection, identityOf(checkpoint));
    expect(both.openSessionKey(session, sealed)).toEqual(key);
    expect(() => both.newSessionKey(session)).toThrow('not named');
    expect(() => both.useSealingMaster(randomBytes(16))).toThrow('names another sealing master');
    both.useSealingMaster(seal.objectId);
    const under = both.newSessionKey(session);
    expect(both.openSessionKey(session, under.sealed)).toEqual(under.key);
    expect(keys.openSessionKey(session, under.sealed)).toBeNull();
    expect(destroyMasters(connection, [wrap, seal])).toBe(2);
    const alone = LedgerKeys.find(connection, identityOf(checkpoint));
    expect(alone.openSessionKey(session, sealed)).toEqual(key);
    expect(alone.openSessionKey(session, under.sealed)).toBeNull();
  });

  test('have one anchor, of the newest checkpoint; those of other vaults stay', () => {
    const other = newVaultId();
    connection.withSession((session) => {
      expect(readAnchors(session, vaultId, false)).toEqual([]);
      keepAnchor(session, { kind, vaultId: other, note: noteOf(1, other), superseded: [] });
      for (const size of [1, 2, 3, 4]) {
        const superseded = readAnchors(session, vaultId, false);
        keepAnchor(session, { kind, vaultId, note: noteOf(size), superseded });
        expect(readAnchors(session, vaultId, false)).toEqual([noteOf(size)]);
      }
      expect(readAnchors(session, vaultId, true)).toEqual([noteOf(4)]);
      expect(readAnchors(session, other, false)).toHaveLength(1);
    });
  });

  test('never destroy an anchor that proves another ledger', () => {
    const forked = newVaultId();
    const proof = noteOf(9, forked);
    connection.withSession((session) => {
      keepAnchor(session, { kind, vaultId: forked, note: proof, superseded: [] });
      keepAnchor(session, { kind, vaultId: forked, note: noteOf(10, forked), superseded: [] });
      expect(readAnchors(session, forked, false)).toHaveLength(2);
      const next = { kind, vaultId: forked, note: noteOf(11, forked), superseded: [] };
      if (kind === 'label') expect(() => keepAnchor(session, next)).toThrow('no place left');
      else keepAnchor(session, next);
      expect(readAnchors(session, forked, false)).toContain(proof);
    });
  });
});

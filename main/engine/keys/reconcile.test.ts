import { randomBytes } from 'node:crypto';
import { parse } from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyId, keyIdSchema, vaultIdSchema } from '../../../shared/ids.ts';
import type { Bulk, KeyMaterial } from '../../../shared/keys.ts';
import { otherAttributes, otherKey } from '../../../shared/messages/token/objects.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { CKA, CKM, CKO } from '../pkcs11/native.ts';
import { createTokenKey, destroyTokenKey } from '../pkcs11/objects.ts';
import { secretKeyTemplate, type Template } from '../pkcs11/templates.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import { createKey, residentLabel } from './create-key.ts';
import { type ObjectFinding, reconcile, removeObject } from './reconcile.ts';
import { destroyMasters } from './destroy-masters.ts';
import { createSigningKeys } from './signing-keys.ts';
import type { Expected } from './sort-objects.ts';
import { createMasters, findMasters, type Masters, type VaultToken } from './vault-token.ts';

const id = (): string => randomBytes(16).toString('hex');
const vaultId = parse(vaultIdSchema, id());
const keyId = (): KeyId => parse(keyIdSchema, id());

describe.each(testTokens)('the objects in $name', ({ name, make, limits }) => {
  let test: TestToken;
  let connection: TokenConnection;
  let token: VaultToken;
  let expected: Expected;

  beforeAll(() => {
    test = make();
    connection = TokenConnection.open(test.target);
    connection.login(test.pin);
    const masters: Masters = createMasters(connection, vaultId, limits);
    token = findMasters({ connection, vaultId, masters, callerNonce: true });
    const profile = { ed25519: name === 'SoftHSM2', p256: true };
    const { checkpoint, report } = createSigningKeys(connection, vaultId, profile);
    const signing = report === null ? [checkpoint] : [checkpoint, report];
    const keys = [resident('token')];
    expected = { vaultId, masters, otherMasters: [], signing, keys, destroyed: [] };
  });
  afterAll(() => {
    connection.close();
    test.remove();
  });

  const resident = (bulk: Bulk, key = keyId()): KeyMaterial =>
    createKey(token, { id: key, version: 1, custody: 'resident', bulk }, { limits, cmac: true });
  const nameOf = (key: KeyMaterial): { objectId: Uint8Array; label: string } => ({
    objectId: key.objectId ?? new Uint8Array(),
    label: residentLabel(token, key),
  });
  const destroy = (key: KeyMaterial): void =>
    connection.withSession((session) => destroyTokenKey(session, nameOf(key)));
  const found = (more: Partial<Expected> = {}): readonly ObjectFinding[] =>
    reconcile(connection, { ...expected, ...more }).findings;
  const generate = (template: Template): void =>
    connection.withSession(({ raw: { native, handle } }) => {
      native.C_GenerateKey(handle, { mechanism: CKM.AES_KEY_GEN }, [...template]);
    });

  it('are all intact in an untouched vault', () => {
    expect(reconcile(connection, expected)).toMatchObject({ findings: [], sound: 5 });
  });

  it('masters whose rotation is under way are no finding; others are orphaned', () => {
    const { wrap, seal } = createMasters(connection, vaultId, limits);
    expect(found({ otherMasters: [wrap, seal] })).toEqual([]);
    expect(found({ otherMasters: [wrap] })).toMatchObject([{ kind: 'orphaned', role: 'seal' }]);
    expect(destroyMasters(connection, [wrap, seal])).toBe(2);
  });

  it('an absent key is missing', () => {
    const key = resident('host');
    destroy(key);
    expect(found({ keys: [key] })).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'missing',
          role: 'key',
          key: { id: key.id, version: 1 },
          label: residentLabel(token, key),
          detail: null,
        }),
      ]),
    );
  });

  it('a key that no commit has stored is orphaned, is removed when asked, and nothing else is', () => {
    const orphan = resident('host');
    const [finding] = found();
    expect(found()).toMatchObject([{ kind: 'orphaned', role: 'key', key: null }]);
    if (finding === undefined) throw new Error('nothing was found');
    expect(removeObject(connection, expected, finding)).toBe(true);
    expect(found()).toEqual([]);
    // What the keystore names is not removed, whatever is asked.
    const { label, objectId } = nameOf(expected.keys[0] ?? orphan);
    const named = {
      objectClass: CKO.SECRET_KEY,
      objectId: Buffer.from(objectId).toString('hex'),
      label,
    };
    expect(removeObject(connection, expected, named)).toBe(false);
    expect(found()).toEqual([]);
  });

  it('a replaced key is found by its proof', () => {
    const key = resident('host');
    const { objectId, label } = nameOf(key);
    destroy(key);
    const intent = {
      usage: 'data',
      extractable: false,
      token: { objectId, label, limits },
    } as const;
    generate(secretKeyTemplate('generate', intent));
    expect(found({ keys: [...expected.keys, key] })).toMatchObject([
      { kind: 'altered', key: { id: key.id }, detail: otherKey },
    ]);
    destroy(key);
  });

  it('changed attributes are named', () => {
    const key = resident('host');
    const { objectId, label } = nameOf(key);
    destroy(key);
    const intent = {
      usage: 'data',
      extractable: false,
      token: { objectId, label, limits },
    } as const;
    generate(
      secretKeyTemplate('generate', intent).map((attribute) =>
        attribute.type === CKA.EXTRACTABLE ? { ...attribute, value: true } : attribute,
      ),
    );
    // One that could leave the token has not always been unable to.
    const differences = 'CKA_EXTRACTABLE is not false, CKA_NEVER_EXTRACTABLE is not true';
    expect(found({ keys: [...expected.keys, key] })).toMatchObject([
      { kind: 'altered', detail: otherAttributes(differences) },
    ]);
    destroy(key);
  });

  it('a key with another label is altered, and is not removed', () => {
    const key = resident('host');
    const moved = { ...key, id: keyId() };
    const [altered, ...others] = found({ keys: [...expected.keys, moved] });
    expect(others).toEqual([]);
    if (altered?.kind !== 'altered') throw new Error('nothing was found');
    expect(altered.detail).toContain(residentLabel(token, moved));
    const asked = { ...expected, keys: [...expected.keys, moved] };
    expect(removeObject(connection, asked, altered)).toBe(false);
    destroy(key);
  });

  it('what is left of a destroyed key is found and removed', () => {
    const key = resident('host');
    const { id: destroyedId, version } = key;
    const { objectId } = nameOf(key);
    const destroyed = [{ id: destroyedId, version, objectId }];
    const [finding, ...others] = found({ destroyed });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'left', key: { id: key.id, version: 1 } });
    if (finding === undefined) throw new Error('nothing was found');
    expect(removeObject(connection, { ...expected, destroyed }, finding)).toBe(true);
    expect(found({ destroyed })).toEqual([]);
  });

  it('objects of others are counted and not named', () => {
    const other = `claviger/${id()}/wrap`;
    const labels = [other, 'somebody’s key'];
    const keys = connection.withSession((session) =>
      labels.map((label) => createTokenKey(session, label, 'data', limits)),
    );
    const { findings, otherVaults, others } = reconcile(connection, expected);
    expect({ findings, otherVaults, others }).toEqual({ findings: [], otherVaults: 1, others: 1 });
    connection.withSession((session) => keys.forEach((key) => destroyTokenKey(session, key)));
  });
});

import { randomBytes } from 'node:crypto';
import { parse } from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileIdSchema, type KeyId, keyIdSchema, vaultIdSchema } from '../../../shared/ids.ts';
import { custodyPairs, type CustodyPair, type KeyMaterial } from '../../../shared/keys.ts';
import { type FixedHeader, headerHash } from '../envelope/header.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { faultyConnection } from '../pkcs11/testing/faults.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import { aesCmac, KCV_BLOCK, kcvOf } from './cmac.ts';
import { createKey } from './create-key.ts';
import { type FileKey, KeySession, type LoadedKey } from './key-session.ts';
import { createMasters, findMasters, type Masters, type VaultToken } from './vault-token.ts';

const id = (): string => randomBytes(16).toString('hex');
const vaultId = parse(vaultIdSchema, id());
const keyId = (): KeyId => parse(keyIdSchema, id());

const fixed = (): FixedHeader => ({
  segment: 4096,
  file: parse(fileIdSchema, id()),
  meta: 256,
  size: 5,
});

describe.each(testTokens)('keys on $name', ({ make, limits }) => {
  let test: TestToken;
  let connection: TokenConnection;
  let masters: Masters;
  let token: VaultToken;

  beforeAll(() => {
    test = make();
    connection = TokenConnection.open(test.target);
    connection.login(test.pin);
    masters = createMasters(connection, vaultId, limits);
    token = findMasters({ connection, vaultId, masters, callerNonce: true });
  });
  afterAll(() => {
    connection.close();
    test.remove();
  });

  const create = (pair: CustodyPair): KeyMaterial =>
    createKey(token, { id: keyId(), version: 1, ...pair }, { limits, cmac: true });

  const inSession = <T>(work: (keys: KeySession) => T): T =>
    connection.withSession((session) => work(new KeySession(token, session)));

  const load = (material: KeyMaterial): LoadedKey => ({
    material,
    software:
      material.custody === 'hsm-wrapped' ? inSession((keys) => keys.unseal(material)) : null,
  });

  const text = Buffer.from('what nobody else may read');
  const nonce = Buffer.alloc(12, 7);
  const aad = Buffer.from('aad');

  const encrypt = (fileKey: FileKey): Uint8Array =>
    inSession((keys) => Buffer.from(keys.cipher(fileKey).encrypt(nonce, aad, text).data));
  const decrypt = (fileKey: FileKey, data: Uint8Array): Uint8Array | null =>
    inSession((keys) => keys.cipher(fileKey).decrypt(nonce, aad, data));

  it('recognises other master keys', () => {
    const others = createMasters(connection, vaultId, limits);
    const mixed = { wrap: { ...masters.wrap, proof: others.wrap.proof }, seal: masters.seal };
    const find = (): unknown =>
      findMasters({ connection, vaultId, masters: mixed, callerNonce: true });
    expect(find).toThrow('is not the one of this vault');
  });

  it('creates a key without a check value if the token has no AES-CMAC', () => {
    const { connection: faulty, injector } = faultyConnection(test);
    injector.tamper = (call) => {
      if (call === 'C_SignInit') throw new Error('CKR_MECHANISM_INVALID:112');
    };
    const without = findMasters({ connection: faulty, vaultId, masters, callerNonce: true });
    const key = { id: keyId(), version: 1, custody: 'hsm-only', bulk: 'host' } as const;
    const material = createKey(without, key, { limits, cmac: false });
    expect(material.kcv).toBe('');
    const loaded = load(material);
    const hash = headerHash(fixed());
    const [slot] = inSession((keys) => keys.newFileKey(hash, [loaded])).slots;
    if (slot === undefined) throw new Error('a slot');
    expect(inSession((keys) => keys.openSlot(hash, slot, loaded))).not.toBeNull();
  });

  describe.each(custodyPairs)('$custody/$bulk', (pair) => {
    it('unwraps in a new session what it wrapped in another, and leaves no object', () => {
      const key = load(create(pair));
      const hash = headerHash(fixed());
      const made = inSession((keys) => keys.newFileKey(hash, [key]));
      const sealed = encrypt(made.fileKey);
      const [slot] = made.slots;
      if (slot === undefined) throw new Error('a slot');
      const opened = inSession((keys) => keys.openSlot(hash, slot, key));
      if (opened === null) throw new Error('the slot opens');
      expect(decrypt(opened, sealed)).toEqual(text);
      expect(connection.withSession((session) => session.countSessionObjects())).toBe(0);
    });

    it('unwraps no slot of another key', () => {
      const hash = headerHash(fixed());
      const made = inSession((keys) => keys.newFileKey(hash, [load(create(pair))]));
      const other = load(create(pair));
      const [slot] = made.slots;
      if (slot === undefined) throw new Error('a slot');
      expect(inSession((keys) => keys.openSlot(hash, slot, other))).toBeNull();
    });

    it('gives every file key only once', () => {
      const key = load(create(pair));
      const hash = headerHash(fixed());
      const data = [1, 2, 3].map(() =>
        Buffer.from(encrypt(inSession((keys) => keys.newFileKey(hash, [key])).fileKey)).toString(
          'hex',
        ),
      );
      expect(new Set(data).size).toBe(3);
    });

    it('refuses a blob under another id, version, custody, bulk, KCV or vault', () => {
      const material = create(pair);
      if (material.blob === null) return;
      const hash = headerHash(fixed());
      const use = (changed: KeyMaterial, own: VaultToken = token): unknown =>
        connection.withSession((session) => {
          const keys = new KeySession(own, session);
          return changed.custody === 'hsm-wrapped'
            ? keys.unseal(changed)
            : keys.newFileKey(hash, [{ material: changed, software: null }]);
        });
      const otherBulk = material.bulk === 'host' ? 'token' : 'host';
      for (const change of [
        { id: keyId() },
        { version: 2 },
        { kcv: '000000' },
        { custody: material.custody === 'hsm-only' ? 'hsm-wrapped' : 'hsm-only' },
        { bulk: otherBulk },
      ] as const) {
        expect(() => use({ ...material, ...change }), JSON.stringify(change)).toThrow(
          'does not belong to this entry',
        );
      }
      const foreign = { ...token, vaultId: parse(vaultIdSchema, id()) };
      expect(() => use(material, foreign)).toThrow('does not belong to this entry');
    });
  });

  it('shows the same KCV for a wrapped key as software computes', () => {
    const material = create({ custody: 'hsm-wrapped', bulk: 'host' });
    const bytes = inSession((keys) => keys.unseal(material));
    expect(material.kcv).toBe(kcvOf(aesCmac(bytes, KCV_BLOCK)));
  });

  it('opens a file with any one of several keys', () => {
    const hash = headerHash(fixed());
    const first = load(create({ custody: 'hsm-only', bulk: 'host' }));
    const second = load(create({ custody: 'hsm-wrapped', bulk: 'host' }));
    const made = inSession((keys) => keys.newFileKey(hash, [first, second]));
    const sealed = encrypt(made.fileKey);
    made.slots.forEach((slot, index) => {
      const opened = inSession((keys) => keys.openSlot(hash, slot, index === 0 ? first : second));
      if (opened === null) throw new Error('the slot opens');
      expect(decrypt(opened, sealed)).toEqual(text);
    });
  });

  it('never unseals a key that must stay in the token', () => {
    const material = create({ custody: 'hsm-only', bulk: 'host' });
    expect(() => inSession((keys) => keys.unseal(material))).toThrow('is never unsealed');
  });
});

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyIdSchema, vaultIdSchema } from '../../../shared/ids.ts';
import { bulks, custodyPairs, type CustodyPair } from '../../../shared/keys.ts';
import { createKey, residentLabel } from '../keys/create-key.ts';
import { KeySession, type LoadedKey } from '../keys/key-session.ts';
import { createMasters, findMasters, type VaultToken } from '../keys/vault-token.ts';
import { destroyTokenKey } from '../pkcs11/objects.ts';
import { noLimits } from '../pkcs11/templates.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import type { Writer } from './groups-in-worker.ts';
import type { FileResult, WritingJob } from './jobs.ts';
import { Parts } from './part.ts';
import { decryptWholeFiles, encryptWholeFiles, verifyWholeFiles } from './whole-files.ts';

const SEGMENT = 4_096;
const sizes = [0, 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT];

describe.each(testTokens)('groups of small files on $name', ({ make }) => {
  let test: TestToken;
  let connection: TokenConnection;
  let token: VaultToken;
  let writer: Writer;
  let folder: string;

  beforeAll(() => {
    test = make();
    connection = TokenConnection.open(test.target);
    connection.login(test.pin);
    const vaultId = parse(vaultIdSchema, randomBytes(16).toString('hex'));
    const masters = createMasters(connection, vaultId, noLimits);
    token = findMasters({ connection, vaultId, masters, callerNonce: true });
    writer = { token, parts: new Parts(process.ppid) };
    folder = mkdtempSync(join(tmpdir(), 'claviger-group-'));
  });
  afterAll(() => {
    connection.close();
    test.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const load = (pair: CustodyPair): LoadedKey => {
    const id = parse(keyIdSchema, randomBytes(16).toString('hex'));
    const material = createKey(
      token,
      { id, version: 1, ...pair },
      { limits: noLimits, cmac: true },
    );
    const software =
      pair.custody === 'hsm-wrapped'
        ? connection.withSession((session) => new KeySession(token, session).unseal(material))
        : null;
    return { material, software };
  };

  const jobs = (run: string, from: string, to: string): WritingJob[] =>
    sizes.map((size, index) => ({
      index,
      size,
      planned: null,
      input: join(folder, `${run}-${from}-${index}`),
      part: join(folder, `${run}-${to}-${index}`),
    }));

  const byIndex = (results: readonly FileResult[]): string[] =>
    [...results]
      .sort((a, b) => a.index - b.index)
      .map((result) => (result.outcome === 'done' ? 'done' : result.failure.code));

  const objects = (): number => connection.withSession((session) => session.countSessionObjects());

  it.each(custodyPairs)(
    '$custody/$bulk: one damaged file fails alone, and no key stays in the token',
    async (pair) => {
      const keys = [load(pair)] as const;
      const run = `${pair.custody}-${pair.bulk}`;
      const contents = sizes.map((size) => randomBytes(size));
      const encrypting = jobs(run, 'plain', 'sealed');
      encrypting.forEach(({ input }, index) => writeFileSync(input, contents[index] ?? ''));

      const made = await encryptWholeFiles(writer, { files: encrypting, keys, segment: SEGMENT });
      expect(byIndex(made)).toEqual(sizes.map(() => 'done'));
      expect(objects()).toBe(0);

      const decrypting = jobs(run, 'sealed', 'opened');
      const damaged = decrypting[2]?.input ?? '';
      const bytes = readFileSync(damaged);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      writeFileSync(damaged, bytes);
      const expected = sizes.map((_, index) => (index === 2 ? 'segment-damaged' : 'done'));

      const verifying = decrypting.map((job) => ({ ...job, original: null }));
      expect(byIndex(verifyWholeFiles(token, { files: verifying, keys }))).toEqual(expected);
      const opened = await decryptWholeFiles(writer, { files: decrypting, keys });
      expect(byIndex(opened)).toEqual(expected);
      expect(objects()).toBe(0);
      for (const { index, part } of decrypting) {
        if (index !== 2) expect(readFileSync(part)).toEqual(contents[index]);
      }
    },
  );

  it.each(bulks)(
    'a %s key that is gone from the token leaves the file to the next one',
    async (bulk) => {
      const [gone, other] = [
        load({ custody: 'resident', bulk }),
        load({ custody: 'hsm-only', bulk }),
      ];
      const run = `gone-${bulk}`;
      const any = { index: 0, size: 5, planned: null };
      const plain = { ...any, input: join(folder, `${run}-plain`) };
      const sealed = join(folder, `${run}-sealed`);
      writeFileSync(plain.input, 'still');
      const keys = [gone, other] as const;
      const encrypting = { files: [{ ...plain, part: sealed }], keys, segment: SEGMENT };
      const opening = { ...any, input: sealed, part: join(folder, `${run}-opened`) };
      await encryptWholeFiles(writer, encrypting);

      const objectId = gone.material.objectId ?? Buffer.alloc(0);
      const label = residentLabel(token, gone.material);
      connection.withSession((session) => destroyTokenKey(session, { objectId, label }));
      const decrypting = { files: [opening], keys: [gone] };
      await expect(decryptWholeFiles(writer, decrypting)).rejects.toThrow('does not hold the key');
      const [opened] = await decryptWholeFiles(writer, { ...decrypting, keys });
      expect(opened).toMatchObject({ outcome: 'done', keys: [{ id: other.material.id }] });
      expect(readFileSync(opening.part, 'utf8')).toBe('still');
    },
  );

  it.each(bulks)('a %s key that was exchanged leaves the file to the next one', async (bulk) => {
    const exchanged = load({ custody: 'resident', bulk });
    const [replaced, other] = [
      load({ custody: 'resident', bulk }),
      load({ custody: 'hsm-only', bulk }),
    ];
    const run = `exchanged-${bulk}`;
    const plain = { index: 0, size: 5, planned: null, input: join(folder, `${run}-plain`) };
    const sealed = join(folder, `${run}-sealed`);
    writeFileSync(plain.input, 'still');
    const keys = [replaced, other] as const;
    await encryptWholeFiles(writer, {
      files: [{ ...plain, part: sealed }],
      keys,
      segment: SEGMENT,
    });
    // Its proof is what tells the object from the one that it was.
    const proof = exchanged.material.proof;
    const now: LoadedKey = { ...replaced, material: { ...replaced.material, proof } };
    const opening = {
      index: 0,
      size: 5,
      planned: null,
      input: sealed,
      part: join(folder, `${run}-opened`),
    };
    const decrypting = { files: [opening], keys: [now] };
    await expect(decryptWholeFiles(writer, decrypting)).rejects.toMatchObject({
      code: 'proof-failed',
    });
    const [opened] = await decryptWholeFiles(writer, { ...decrypting, keys: [now, other] });
    expect(opened).toMatchObject({ outcome: 'done', keys: [{ id: other.material.id }] });
  });

  it('keeps no file key after its file while the session continues', () => {
    for (const pair of custodyPairs) {
      const key = load(pair);
      connection.withSession((session) => {
        const keys = new KeySession(token, session);
        keys.newFileKey(Buffer.alloc(32), [key]);
        keys.forgetFileKeys();
        const before = session.countSessionObjects();
        const { fileKey } = keys.newFileKey(Buffer.alloc(32), [key]);
        keys.cipher(fileKey).encrypt(Buffer.alloc(12), Buffer.alloc(1), Buffer.alloc(1));
        keys.forgetFileKeys();
        expect(session.countSessionObjects()).toBe(before);
        if (fileKey.bulk === 'host') expect(fileKey.dek.every((byte) => byte === 0)).toBe(true);
      });
    }
  });
});

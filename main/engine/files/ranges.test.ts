import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileIdSchema, keyIdSchema, vaultIdSchema } from '../../../shared/ids.ts';
import { bulks, type Bulk } from '../../../shared/keys.ts';
import { headerHash } from '../envelope/header.ts';
import { fileLength, segmentOffset } from '../envelope/layout.ts';
import { createKey } from '../keys/create-key.ts';
import { type FileKey, KeySession } from '../keys/key-session.ts';
import { createMasters, findMasters, type VaultToken } from '../keys/vault-token.ts';
import { noLimits } from '../pkcs11/templates.ts';
import { TokenConnection } from '../pkcs11/connection.ts';
import { testTokens, type TestToken } from '../pkcs11/testing/tokens.ts';
import { decryptRange, encryptRange } from './ranges.ts';

const AREA = 1_024;
const SEGMENT = 4_096;
const content = randomBytes(3 * SEGMENT + 100);
const fixed = {
  segment: SEGMENT,
  file: parse(fileIdSchema, randomBytes(16).toString('hex')),
  meta: 256,
  size: content.length,
};
const hash = headerHash(fixed);

describe.each(testTokens)('ranges of a large file on $name', ({ make }) => {
  let test: TestToken;
  let token: VaultToken;
  let folder: string;
  const fds: number[] = [];

  beforeAll(() => {
    test = make();
    const connection = TokenConnection.open(test.target);
    connection.login(test.pin);
    const vaultId = parse(vaultIdSchema, randomBytes(16).toString('hex'));
    const masters = createMasters(connection, vaultId, noLimits);
    token = findMasters({ connection, vaultId, masters, callerNonce: true });
    folder = mkdtempSync(join(tmpdir(), 'claviger-ranges-'));
    writeFileSync(join(folder, 'plain'), content);
  });
  afterAll(() => {
    fds.forEach((fd) => closeSync(fd));
    token.connection.close();
    test.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (name: string): number => {
    const fd = openSync(join(folder, name), name === 'plain' ? 'r' : 'a+');
    closeSync(fd);
    const again = openSync(join(folder, name), name === 'plain' ? 'r' : 'r+');
    fds.push(again);
    return again;
  };

  const newFileKey = (bulk: Bulk): FileKey => {
    const id = parse(keyIdSchema, randomBytes(16).toString('hex'));
    const material = createKey(token, { id, version: 1, custody: 'hsm-only', bulk }, noLimits);
    return token.connection.withSession((session) => {
      const { fileKey } = new KeySession(token, session).newFileKey(hash, [
        { material, software: null },
      ]);
      return fileKey;
    });
  };

  const encrypted = (bulk: Bulk): { fileKey: FileKey; name: string } => {
    const fileKey = newFileKey(bulk);
    const body = { fixed, hash, areaLength: AREA, fileKey, sourceFd: open('plain') };
    const name = `${bulk}.clv`;
    const partFd = open(name);
    encryptRange(token, { ...body, partFd, from: 3, to: 5 });
    encryptRange(token, { ...body, partFd, from: 1, to: 3 });
    return { fileKey, name };
  };

  it.each(bulks)('%s bulk: ranges in any order make one file that opens again', (bulk) => {
    const { fileKey, name } = encrypted(bulk);
    expect(readFileSync(join(folder, name)).length).toBe(fileLength(AREA, fixed));
    const partFd = open(`${bulk}.opened`);
    const body = { fixed, hash, areaLength: AREA, fileKey, sourceFd: open(name) };
    const range = { ...body, partFd, originalFd: open('plain') };
    decryptRange(token, { ...range, from: 2, to: 5 });
    decryptRange(token, { ...range, from: 1, to: 2 });
    expect(readFileSync(join(folder, `${bulk}.opened`))).toEqual(content);
  });

  it.each(bulks)(
    '%s bulk: a damaged segment is named, and not one byte of it is written',
    (bulk) => {
      const { fileKey, name } = encrypted(bulk);
      const bytes = readFileSync(join(folder, name));
      const place = segmentOffset(AREA, fixed, 3) + 50;
      bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
      writeFileSync(join(folder, 'damaged'), bytes);
      const target = `${bulk}.damaged`;
      const range = { fixed, hash, areaLength: AREA, fileKey, sourceFd: open('damaged') };
      const decrypt = (): void =>
        decryptRange(token, { ...range, partFd: open(target), originalFd: null, from: 1, to: 5 });
      expect(decrypt).toThrow(/segment 3/i);
      expect(readFileSync(join(folder, target))).toEqual(content.subarray(0, 2 * SEGMENT));
    },
  );
});

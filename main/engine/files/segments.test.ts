import { createHash, randomBytes } from 'node:crypto';
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
import { type PassMemory, PiecePass } from './piece-pass.ts';
import { decryptShare, encryptShare } from './segments.ts';

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

describe.each(testTokens)('segments of a large file on $name', ({ make }) => {
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
    folder = mkdtempSync(join(tmpdir(), 'claviger-segments-'));
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
    const material = createKey(
      token,
      { id, version: 1, custody: 'hsm-only', bulk },
      { limits: noLimits, cmac: true },
    );
    return token.connection.withSession((session) => {
      const { fileKey } = new KeySession(token, session).newFileKey(hash, [
        { material, software: null },
      ]);
      return fileKey;
    });
  };

  const newMemory = (): PassMemory => PiecePass.memory(fixed, AREA, 2);
  const hashedIn = ({ digests }: PassMemory): string => Buffer.from(digests).toString('hex');
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  const encrypted = (bulk: Bulk): { fileKey: FileKey; name: string; hashed: string } => {
    const fileKey = newFileKey(bulk);
    const name = `${bulk}.clv`;
    const head = [Buffer.alloc(segmentOffset(AREA, fixed, 1))];
    const memory = newMemory();
    const share = { fixed, hash, areaLength: AREA, fileKey, memory, head };
    const files = { sourceFd: open('plain'), partFd: open(name) };
    encryptShare(token, { ...share, ...files, most: 3 });
    encryptShare(token, { ...share, ...files, most: 3 });
    return { fileKey, name, hashed: hashedIn(memory) };
  };

  it.each(bulks)('%s bulk: shares make one file that opens again, and its hash', (bulk) => {
    const { fileKey, name, hashed } = encrypted(bulk);
    const file = readFileSync(join(folder, name));
    expect(file.length).toBe(fileLength(AREA, fixed));
    expect(hashed).toBe(sha256(file));
    const head = [file.subarray(0, segmentOffset(AREA, fixed, 1))];
    const memory = newMemory();
    const share = { fixed, hash, areaLength: AREA, fileKey, memory, head };
    const target = `${bulk}.opened`;
    const files = { sourceFd: open(name), partFd: open(target), originalFd: open('plain') };
    decryptShare(token, { ...share, ...files, most: 1 });
    decryptShare(token, { ...share, ...files, most: 9 });
    expect(readFileSync(join(folder, target))).toEqual(content);
    expect(hashedIn(memory)).toBe(sha256(file));
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
      const share = {
        fixed,
        hash,
        areaLength: AREA,
        fileKey,
        memory: newMemory(),
        head: [],
        most: 4,
      };
      const files = { sourceFd: open('damaged'), partFd: open(target), originalFd: null };
      expect(() => decryptShare(token, { ...share, ...files })).toThrow(/segment 3/i);
      expect(readFileSync(join(folder, target))).toEqual(content.subarray(0, 2 * SEGMENT));
    },
  );

  it('what is compared must be the same in every segment', () => {
    const { fileKey, name } = encrypted('host');
    const other = Buffer.from(content);
    other[2 * SEGMENT] = (other[2 * SEGMENT] ?? 0) ^ 1;
    writeFileSync(join(folder, 'other'), other);
    const share = {
      fixed,
      hash,
      areaLength: AREA,
      fileKey,
      memory: newMemory(),
      head: [],
      most: 4,
    };
    const files = { sourceFd: open(name), partFd: null, originalFd: open('other') };
    expect(() => decryptShare(token, { ...share, ...files })).toThrow(
      'does not decrypt to the original',
    );
  });
});

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Signers } from './signers.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claviger-signers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fingerprint = 'ab'.repeat(32);
const at = '2026-11-29T03:00:00.000Z';

it('remembers who compared a key first, and when', async () => {
  const signers = new Signers(folder);
  expect(await signers.find(fingerprint)).toBe(null);
  await signers.remember({ fingerprint, by: 'anna', at });
  await signers.remember({ fingerprint, by: 'ben', at: '2026-11-30T03:00:00.000Z' });
  expect(await new Signers(folder).find(fingerprint)).toEqual({ fingerprint, by: 'anna', at });
  expect(await signers.find('cd'.repeat(32))).toBe(null);
});

it('trusts no file that others could have written or that is damaged', async () => {
  const signers = new Signers(folder);
  await signers.remember({ fingerprint, by: 'anna', at });
  const refused = { code: 'trust-damaged' };
  chmodSync(path.join(folder, 'signers.json'), 0o666);
  await expect(signers.find(fingerprint)).rejects.toMatchObject(refused);
  chmodSync(path.join(folder, 'signers.json'), 0o600);
  const never = { fingerprint, by: 'anna', at: '2026-02-30T03:00:00.000Z' };
  for (const content of [[{}], [never]]) {
    writeFileSync(path.join(folder, 'signers.json'), JSON.stringify(content));
    await expect(signers.find(fingerprint)).rejects.toMatchObject(refused);
  }
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Profile } from '../../../shared/contract/token.ts';
import { saveProbe } from './save-probe.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claviger-probe-'));
});
afterEach(() => rm(folder, { recursive: true }));

const profile: Profile = {
  token: {
    label: '<script>alert(1)</script>',
    serial: '../../5B02',
    model: 'M',
    manufacturer: 'H',
  },
  library: { path: '/lib/token.so', version: '2.6', sha256: 'ab'.repeat(32) },
  evaluationOnly: true,
  pairs: [{ custody: 'hsm-only', bulk: 'token', carried: false, reason: 'It makes the IV.' }],
  hardRequirements: [{ name: 'copy', met: false, words: 'A copy adds no usage.' }],
  workarounds: [],
  findings: [{ check: 'wrap', expected: 'RFC 3394', seen: 'something & else', ok: false }],
  segmentSize: 262144,
  maxSessions: null,
  workers: 2,
  anchor: 'none',
  signs: 'p256',
  pinPad: false,
  took: null,
  probed: null,
};

it('writes the results, with a name that no token can choose', async () => {
  let asked = '';
  const file = path.join(folder, 'results.json');
  const dialogs = {
    pickSave: (name: string) => {
      asked = name;
      return Promise.resolve(file);
    },
  };
  expect(await saveProbe(profile, dialogs)).toEqual({ path: file });
  expect(asked).toBe('token-probe-_5B02.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ profile });
});

it('writes nothing if the dialog was cancelled', async () => {
  expect(await saveProbe(profile, { pickSave: () => Promise.resolve(null) })).toBe(null);
});

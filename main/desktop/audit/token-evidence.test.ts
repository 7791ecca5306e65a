import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Profile } from '../../../shared/contract/token.ts';
import { saveTokenEvidence } from './token-evidence.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claviger-evidence-'));
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

it('writes the findings as words, and whatever a token says of itself as text', async () => {
  let asked = '';
  const file = path.join(folder, 'evidence.html');
  const dialogs = {
    pickSave: (name: string) => {
      asked = name;
      return Promise.resolve(file);
    },
  };
  expect(await saveTokenEvidence(profile, dialogs, null)).toEqual({ path: file });
  expect(asked).toBe('token-evidence-_5B02.html');
  const page = await readFile(file, 'utf8');
  expect(page).not.toContain('<script');
  for (const words of [
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    'EVALUATION ONLY: a hard requirement is not met.',
    'ab'.repeat(32),
    'A copy adds no usage.',
    'something &amp; else',
    'there is no rollback detection',
  ])
    expect(page).toContain(words);
});

it('writes nothing where the dialog was cancelled, and says why it could not', async () => {
  expect(await saveTokenEvidence(profile, { pickSave: () => Promise.resolve(null) }, null)).toBe(
    null,
  );
  const pickSave = () => Promise.resolve(path.join(folder, 'gone', 'evidence.html'));
  await expect(saveTokenEvidence(profile, { pickSave }, null)).rejects.toMatchObject({
    code: 'io',
  });
});

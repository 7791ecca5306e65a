import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Custody, type Bulk, custodyPairs } from '../../shared/keys.ts';
import { batchDone } from '../support/batches.ts';
import { OtherSoftware } from '../support/other-software.ts';
import { seeded } from '../support/seeded.ts';
import { filesIn, randomTree, sha256Of, writeFile } from '../support/trees.ts';
import { makeVault, type TestVault, tokenNames } from '../support/vaults.ts';

const DECRYPTOR = fileURLToPath(new URL('../../scripts/clv-decrypt.py', import.meta.url));
const PYTHON = '/usr/bin/python3';

interface Slot {
  readonly text: string;
  readonly dek: Buffer;
}

/** docs/format.md: the two lines between byte 12 and the seal. */
const readHeader = (file: string): { readonly hash: Buffer; readonly slots: readonly Slot[] } => {
  const bytes = readFileSync(file);
  const [line1 = '', line2 = ''] = bytes
    .subarray(12, bytes.readUInt16BE(10))
    .toString('latin1')
    .split('\n');
  const hash = createHash('sha256').update(bytes.subarray(0, 10)).update(`${line1}\n`).digest();
  const slots = (JSON.parse(line2) as { dek: string }[]).map((slot) => ({
    text: JSON.stringify({ ...slot, dek: '' }),
    dek: Buffer.from(slot.dek, 'base64'),
  }));
  return { hash, slots };
};

/** The encodings in which somebody could find these bytes. */
const spellings = (secret: Buffer): readonly Buffer[] => [
  secret,
  ...[
    secret.toString('hex'),
    secret.toString('hex').toUpperCase(),
    secret.toString('base64').slice(0, 42),
  ].map((text) => Buffer.from(text)),
];

describe.each(tokenNames)('with %s', (token) => {
  let vault: TestVault;
  let temporary: string;
  let plain: string;
  let software: OtherSoftware;

  beforeAll(async () => {
    vault = await makeVault(token);
    temporary = join(vault.home, 'tmp');
    mkdirSync(temporary);
    const env = { env: { TMPDIR: temporary } };
    plain = join(vault.home, 'plain');
    writeFile(join(plain, 'empty.bin'), '');
    writeFile(join(plain, 'two segments.bin'), seeded(14).bytes(262_145));
    writeFile(join(plain, 'large.bin'), seeded(15).bytes(5_000_000));
    randomTree(plain, seeded(16), { files: 3, most: 500 });
    for (const { custody, bulk } of custodyPairs) {
      const name = `${custody}-${bulk}`;
      await vault.createKey(name, custody, bulk);
      await batchDone(
        vault.cli,
        ['encrypt', '--key', name, '--out', outOf(custody, bulk), plain],
        env,
      );
      await batchDone(
        vault.cli,
        ['decrypt', '--out', join(vault.home, `${name}-opened`), outOf(custody, bulk)],
        env,
      );
    }
    software = await OtherSoftware.open(vault);
  });

  afterAll(() => vault.remove());

  const outOf = (custody: Custody, bulk: Bulk): string => join(vault.home, `${custody}-${bulk}`);

  /** Arguments of the decryptor: the key, or the file key if the key cannot leave the token. */
  const secretFor = (name: string, file: string): readonly [string, Buffer] => {
    if (software.key(name).custody !== 'resident') return ['--key', software.extract(name)];
    const { hash, slots } = readHeader(file);
    const [slot] = slots;
    if (slot === undefined) throw new Error('a file without a slot');
    const aad = Buffer.concat([Buffer.from('clv1slot'), hash, Buffer.from(slot.text)]);
    return ['--dek', software.fileKey(name, slot.dek, aad)];
  };

  it.each(custodyPairs)(
    '$custody/$bulk: an independent program decrypts the files',
    ({ custody, bulk }) => {
      const out = outOf(custody, bulk);
      const opened = join(vault.home, `python-${custody}-${bulk}`);
      mkdirSync(opened);
      const files = filesIn(out);
      expect(files).toHaveLength(6);
      for (const file of files) {
        const [option, secret] = secretFor(`${custody}-${bulk}`, file);
        const target = join(opened, 'opened');
        execFileSync(PYTHON, [DECRYPTOR, option, '-', file, target], {
          input: secret.toString('hex'),
        });
        const original = join(
          plain,
          file.slice(join(out, 'plain').length + 1).replace(/\.clv$/, ''),
        );
        expect(sha256Of(target)).toBe(sha256Of(original));
        execFileSync('rm', ['-f', target]);
      }
    },
  );

  it('each key of a file with several slots is enough to decrypt it', async () => {
    const names = ['hsm-only-host', 'hsm-wrapped-host'];
    const file = writeFile(join(vault.home, 'several', 'several.txt'), 'several');
    const args = names.flatMap((name) => ['--key', name]);
    const [receipt] = await batchDone(vault.cli, ['encrypt', ...args, file]);
    for (const name of names) {
      const target = join(vault.home, 'several', name);
      const secret = software.extract(name).toString('hex');
      execFileSync(PYTHON, [DECRYPTOR, '--key', '-', receipt?.output ?? '', target], {
        input: secret,
      });
      expect(sha256Of(target)).toBe(sha256Of(file));
    }
    expect(() =>
      execFileSync(
        PYTHON,
        [DECRYPTOR, '--key', '-', receipt?.output ?? '', join(vault.home, 'x')],
        {
          input: '00'.repeat(32),
          stdio: ['pipe', 'ignore', 'ignore'],
        },
      ),
    ).toThrow();
  });

  it('no key is on disk in any encoding', () => {
    const keys = ['hsm-only-token', 'hsm-only-host', 'hsm-wrapped-host'].map((name) =>
      software.extract(name),
    );
    const fileKeys = ['resident-token', 'resident-host'].flatMap((name) =>
      filesIn(join(vault.home, name)).map((file) => secretFor(name, file)[1]),
    );
    const secrets = [...keys, ...fileKeys];
    expect(secrets).toHaveLength(15);
    for (const secret of secrets) expect(secret).toHaveLength(32);

    const files = filesIn(vault.home).filter((file) => !file.startsWith(plain));
    expect(files.length).toBeGreaterThan(60);
    const found = files.filter((file) => {
      const bytes = readFileSync(file);
      return secrets.some((secret) =>
        spellings(secret).some((spelling) => bytes.includes(spelling)),
      );
    });
    expect(found).toEqual([]);
    expect(filesIn(temporary)).toEqual([]);
  });
});

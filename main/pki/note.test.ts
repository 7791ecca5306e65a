import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newVaultId } from '../vault/testing/context.ts';
import {
  makeCheckpoint,
  openCheckpoint,
  parseCheckpointText,
  checkpointText,
} from './checkpoint.ts';
import { encodeNote, noteKeyId, openNote, verifierKey } from './note.ts';
import type { NoteCurve } from './public-key.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'claviger-note-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const pairOf = (curve: NoteCurve): { publicKey: KeyObject; privateKey: KeyObject } =>
  curve === 'ed25519'
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

const signerOf = (curve: NoteCurve): { spki: Buffer; pem: string; sign: (t: string) => Buffer } => {
  const { publicKey, privateKey } = pairOf(curve);
  return {
    spki: publicKey.export({ type: 'spki', format: 'der' }),
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(curve === 'ed25519' ? null : 'sha256', Buffer.from(text), privateKey),
  };
};

const head = { size: 20852163, root: '0a'.repeat(32) };

describe('the published example of a signed note', () => {
  // The vector of golang.org/x/mod/sumdb/note, also used by other implementations.
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'base64').subarray(1),
  ]);
  const key = { name: 'PeterNeumann', curve: 'ed25519', spki } as const;
  const note =
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n\n" +
    '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

  it('opens, and the key has the published id and form', () => {
    expect(verifierKey(key)).toBe(
      'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    );
    expect(openNote(note, key)?.text).toContain('your problem is.\n');
    expect(openNote(note.replace('problem', 'Problem'), key)).toBeNull();
  });
});

describe.each(['ed25519', 'p256'] as const)('a checkpoint signed with %s', (curve) => {
  const signer = signerOf(curve);
  const key = { curve, spki: signer.spki };
  const origin = { vaultId: newVaultId(), epoch: 3 };
  const text = checkpointText(origin, head);
  const checkpoint = makeCheckpoint(key, origin, head, signer.sign(text));

  it('opens with its key, for its vault, and with no other', () => {
    expect(openCheckpoint(checkpoint.note, key, origin.vaultId)).toEqual(checkpoint);
    expect(openCheckpoint(checkpoint.note, key, newVaultId())).toBeNull();
    const other = { curve, spki: signerOf(curve).spki };
    expect(openCheckpoint(checkpoint.note, other, origin.vaultId)).toBeNull();
  });

  it('opens with the signatures of others beside ours', () => {
    const witness = { name: 'witness.example', curve, spki: signerOf(curve).spki };
    const line = encodeNote(text, witness, signerOf(curve).sign(text)).slice(text.length + 1);
    const opened = openCheckpoint(checkpoint.note + line, key, origin.vaultId);
    expect(opened?.size).toBe(head.size);
    expect(openCheckpoint(`${text}\n${line}`, key, origin.vaultId)).toBeNull();
  });

  it('does not open with any byte changed', () => {
    const bytes = Buffer.from(checkpoint.note);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(bytes);
        changed.writeUInt8(changed.readUInt8(at) ^ by, at);
        const note = changed.toString('utf8');
        expect(openCheckpoint(note, key, origin.vaultId)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('is verified by openssl alone', () => {
    const file = (name: string, content: string | Buffer): string => {
      const path = join(folder, `${curve}-${name}`);
      writeFileSync(path, content);
      return path;
    };
    const [pem, signed] = [file('key.pem', signer.pem), file('text', checkpoint.text)];
    const signature = file('signature', checkpoint.signature);
    const verifyBy = (input: string): string => {
      const args =
        curve === 'ed25519'
          ? ['pkeyutl', '-verify', '-pubin', '-inkey', pem, '-rawin', '-in', input, '-sigfile']
          : ['dgst', '-sha256', '-verify', pem, '-signature'];
      const last = curve === 'ed25519' ? [signature] : [signature, input];
      return execFileSync('openssl', [...args, ...last], { stdio: 'pipe' }).toString();
    };
    expect(verifyBy(signed)).toMatch(/Verified OK|Signature Verified Successfully/);
    expect(() => verifyBy(file('other', checkpoint.text.replace('20', '21')))).toThrow();
  });

  it('names its key as the specification says', () => {
    const id = noteKeyId({ name: 'a.example', ...key }).toString('hex');
    const der = join(folder, `${curve}.der`);
    const named = Buffer.concat([Buffer.from('a.example\n\x01'), signer.spki.subarray(-32)]);
    writeFileSync(der, curve === 'p256' ? signer.spki : named);
    const sum = execFileSync('sha256sum', [der]).toString();
    expect(sum.startsWith(id)).toBe(true);
  });
});

describe('the text of a checkpoint', () => {
  it.each([
    ['leading zero', (text: string) => text.replace('\n2', '\n02')],
    ['a fourth line', (text: string) => `${text}more\n`],
    ['no last line end', (text: string) => text.slice(0, -1)],
    ['another host', (text: string) => text.replace('.invalid', '.example')],
    ['epoch 0', (text: string) => text.replace(/\/3\n/, '/0\n')],
    ['root with loose bits', (text: string) => text.replace(/.=\n$/, 'p=\n')],
  ])('is not read with %s', (_, change) => {
    const text = checkpointText({ vaultId: newVaultId(), epoch: 3 }, head);
    expect(parseCheckpointText(text)).toMatchObject({ ...head, epoch: 3 });
    expect(change(text)).not.toBe(text);
    expect(parseCheckpointText(change(text))).toBeNull();
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointText, makeCheckpoint } from '../pki/checkpoint.ts';
import { leafHash, MerkleTree } from '../ledger/merkle.ts';
import { fingerprintOf } from '../pki/note.ts';
import { vaultFiles } from '../store/folder/names.ts';
import { act, newVaultId, testContext } from '../vault/testing/context.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { SoftwareToken } from '../vault/testing/software-token.ts';
import { createUnlocked } from '../vault/testing/sessions.ts';
import { judgeFolder, type KeptElsewhere } from './testing/verifiers.ts';

/* Whoever may write the folder changes it: our verifier and the independent script find it. */

type Files = Readonly<Record<string, Buffer>>;

const ROUNDS = 3;
/** The first one and that of the unlock come before the rounds. */
const RECORDS = 2 + 2 * ROUNDS;
const genuine = { ours: true, script: true };
const found = { ours: false, script: false };
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at);

const textOf = (files: Files, name: string): string => (files[name] ?? Buffer.alloc(0)).toString();
const linesOf = (files: Files): string[] => textOf(files, vaultFiles.ledger).trimEnd().split('\n');
const withLines = (files: Files, lines: readonly string[]): Files => ({
  ...files,
  [vaultFiles.ledger]: Buffer.from(lines.map((line) => `${line}\n`).join('')),
});
const renumbered = (lines: readonly string[]): string[] =>
  lines.map((line, at) => line.replace(/^\{"seq":\d+/, `{"seq":${at + 1}`));
const edited = (line: string): string => line.replace('"user":"officer"', '"user":"other"');

describe.each(['ed25519', 'p256'] as const)('a ledger signed with %s', (curve) => {
  const token = new SoftwareToken(curve);
  const vaultId = newVaultId();
  let files: Files;
  let lines: string[];
  /** The folder as it was one checkpoint earlier: consistent in itself. */
  let earlier: Files;
  let kept: KeptElsewhere;
  const fingerprint = fingerprintOf(token.key.spki);

  beforeAll(async () => {
    const disk = new DiskModel();
    const { vault } = await createUnlocked(disk, await testContext(), { vaultId }, token);
    for (let round = 0; round < ROUNDS; round += 1) {
      earlier = disk.files();
      await vault.record([act('file.encrypt', `${round}.pdf`), act('note', 'two')]);
      await vault.checkpoint('when-due');
    }
    const newest = vault.newestCheckpoint;
    if (newest === null) throw new Error('this vault signs');
    kept = { note: newest.note, head: { size: newest.size, root: newest.root } };
    await vault.close();
    files = disk.files();
    lines = linesOf(files);
    expect(lines).toHaveLength(RECORDS);
  });

  it('is genuine without a change', async () => {
    expect(await judgeFolder(files, { kept, fingerprint })).toMatchObject(genuine);
    expect(await judgeFolder(earlier, { fingerprint })).toMatchObject(genuine);
  });

  it.each(range(0, RECORDS))('is found with record %i + 1 edited', async (at) => {
    expect(edited(lines[at] ?? '')).not.toBe(lines[at]);
    const tampered = withLines(files, lines.with(at, edited(lines[at] ?? '')));
    expect(await judgeFolder(tampered)).toMatchObject(found);
  });

  it.each(range(0, RECORDS))('is found with record %i + 1 removed', async (at) => {
    const without = lines.toSpliced(at, 1);
    for (const tampered of [without, renumbered(without)])
      expect(await judgeFolder(withLines(files, tampered))).toMatchObject(found);
  });

  it.each(range(0, RECORDS - 1))(
    'is found with record %i + 1 and the next exchanged',
    async (at) => {
      const [one = '', two = ''] = lines.slice(at, at + 2);
      const exchanged = lines.with(at, two).with(at + 1, one);
      for (const tampered of [exchanged, renumbered(exchanged)])
        expect(await judgeFolder(withLines(files, tampered))).toMatchObject(found);
    },
  );

  it.each(range(0, RECORDS))('is found with a record before record %i + 1', async (at) => {
    const inserted = renumbered(lines.toSpliced(at, 0, edited(lines[at] ?? '')));
    expect(await judgeFolder(withLines(files, inserted))).toMatchObject(found);
  });

  it.each(range(1, RECORDS))('is found cut after record %i, the checkpoints left', async (size) => {
    expect(await judgeFolder(withLines(files, lines.slice(0, size)))).toMatchObject(found);
  });

  it('is found to be shortened, even with its newest checkpoint, by a saved checkpoint', async () => {
    const history = textOf(files, vaultFiles.checkpoints).trimEnd().split('\n').slice(0, -1);
    const { note } = JSON.parse(history.at(-1) ?? '') as { note: string };
    const size = Number(note.split('\n')[1]);
    const cut = {
      ...withLines(files, lines.slice(0, size)),
      [vaultFiles.checkpoints]: Buffer.from(history.map((line) => `${line}\n`).join('')),
      [vaultFiles.checkpoint]: Buffer.from(note),
    };
    // Nothing in the folder tells: that is what the anchor and other witnesses are for.
    expect(await judgeFolder(cut)).toMatchObject(genuine);
    expect(await judgeFolder(cut, { kept })).toMatchObject(found);
  });

  it('is found to be an old copy by a saved checkpoint', async () => {
    expect(await judgeFolder(earlier, { kept })).toMatchObject(found);
  });

  it('is found to be that of another vault, with our checkpoints or its own', async () => {
    const disk = new DiskModel();
    const stranger = new SoftwareToken(curve);
    const other = await createUnlocked(disk, await testContext(), {}, stranger);
    await other.vault.close();
    const swapped = disk.files();
    expect(await judgeFolder(swapped)).toMatchObject(genuine);
    expect(await judgeFolder(swapped, { kept })).toMatchObject(found);
    const { checkpoint, checkpoints } = vaultFiles;
    const ours = { [checkpoint]: files[checkpoint], [checkpoints]: files[checkpoints] } as Files;
    expect(await judgeFolder({ ...swapped, ...ours })).toMatchObject(found);
    // The keystore belongs to one ledger alone.
    const keystore = { [vaultFiles.keystore]: swapped[vaultFiles.keystore] } as Files;
    expect(await judgeFolder({ ...files, ...keystore })).toMatchObject(found);
  });

  it('is found with a checkpoint that another key signed over what was changed', async () => {
    const forger = new SoftwareToken(curve);
    const tampered = withLines(files, lines.with(3, edited(lines[3] ?? '')));
    const tree = new MerkleTree();
    for (const line of linesOf(tampered)) tree.append(leafHash(Buffer.from(line)));
    const head = { size: tree.size, root: tree.root().toString('hex') };
    const origin = { vaultId, epoch: 1 };
    const signature = forger.sign(Buffer.from(checkpointText(origin, head)));
    // Under the name and the key id of the vault's own key.
    const { note } = makeCheckpoint(token.key, origin, head, signature);
    const forged = {
      ...tampered,
      [vaultFiles.checkpoint]: Buffer.from(note),
      [vaultFiles.checkpoints]: Buffer.from(`${JSON.stringify({ note })}\n`),
    };
    expect(await judgeFolder(forged)).toMatchObject(found);
  });
});

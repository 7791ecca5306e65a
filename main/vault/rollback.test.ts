import { beforeAll, describe, expect, it } from 'vitest';
import { checkpointText, makeCheckpoint, type Checkpoint } from '../pki/checkpoint.ts';
import { leafHash, MerkleTree } from '../ledger/merkle.ts';
import { compareHeads, type LedgerView, type RollbackVerdict } from './rollback.ts';
import { newVaultId } from './testing/context.ts';
import { SoftwareToken } from './testing/software-token.ts';

const vaultId = newVaultId();
const token = new SoftwareToken();
const stranger = new SoftwareToken();
const tree = new MerkleTree();
const other = new MerkleTree();

beforeAll(() => {
  for (let index = 0; index < 20; index += 1) {
    tree.append(leafHash(Buffer.from(`record ${index}`)));
    other.append(leafHash(Buffer.from(`record ${index === 4 ? 'edited' : index}`)));
  }
});

interface Signing {
  readonly epoch?: number;
  readonly by?: SoftwareToken;
  readonly of?: MerkleTree;
  readonly vault?: typeof vaultId;
}

const signed = (size: number, signing: Signing = {}): Checkpoint => {
  const { epoch = 1, by = token, of = tree, vault = vaultId } = signing;
  const origin = { vaultId: vault, epoch };
  const head = { size, root: of.root(size).toString('hex') };
  const text = Buffer.from(checkpointText(origin, head));
  return makeCheckpoint(by.key, origin, head, by.sign(text));
};
const note = (size: number, signing: Signing = {}): string => signed(size, signing).note;

const view = (size: number, changes: Partial<LedgerView> = {}, of = tree): LedgerView => ({
  vaultId,
  epoch: 1,
  size,
  rootAt: (at) => (at > size ? null : of.root(at).toString('hex')),
  accepted: null,
  acceptedNotes: [],
  isOlder: true,
  sawCheckpoint: true,
  sawAnchor: true,
  wasLocked: true,
  lastLock: null,
  ...changes,
});

const judge = (
  ledger: LedgerView,
  anchors: readonly string[] | null,
  checkpoints: readonly string[],
): RollbackVerdict =>
  // null: a token that keeps no anchor.
  compareHeads(anchors === null ? { ...ledger, sawAnchor: false } : ledger, {
    ...{ key: token.key, anchors: anchors ?? [], checkpoints },
    ...{ isTwin: false, seen: null },
  });

const kinds = ({ findings }: RollbackVerdict): string[] => findings.map(({ kind }) => kind);

describe('an unlock', () => {
  it('finds nothing if anchor and checkpoint match the ledger', () => {
    const verdict = judge(view(10), [note(9)], [note(10)]);
    expect(verdict).toMatchObject({ findings: [], isRolledBack: false });
    expect(verdict.anchor?.size).toBe(9);
    expect(verdict.checkpoint?.size).toBe(10);
  });

  it('uses the largest of several anchors, whatever their order', () => {
    for (const anchors of [
      [note(4), note(9), note(7)],
      [note(9), note(4)],
    ])
      expect(judge(view(10), anchors, [note(10)]).anchor?.size).toBe(9);
  });

  it.each([
    { what: 'a ledger shorter than the anchor', kind: 'rollback', size: 8, anchors: [9] },
    {
      what: 'a ledger shorter than one of two anchors',
      kind: 'rollback',
      size: 8,
      anchors: [5, 9],
    },
  ])('finds $what', ({ kind, size, anchors }) => {
    const verdict = judge(
      view(size),
      anchors.map((at) => note(at)),
      [note(5)],
    );
    expect(kinds(verdict)).toEqual([kind]);
    expect(verdict.isRolledBack).toBe(true);
  });

  it('finds a ledger that was cut together with the newest checkpoint, and without it', () => {
    expect(kinds(judge(view(8), [note(9)], [note(8)]))).toEqual(['rollback']);
    expect(kinds(judge(view(8), [note(9)], []))).toContain('rollback');
    expect(kinds(judge(view(8), null, [note(9)]))).toEqual(['rollback']);
  });

  it('finds an edited record with either checkpoint', () => {
    expect(kinds(judge(view(10, {}, other), [note(9)], []))).toContain('edited');
    expect(kinds(judge(view(10, {}, other), null, [note(9)]))).toEqual(['edited']);
    expect(kinds(judge(view(10, {}, other), [note(4)], [note(4)]))).toEqual([]);
  });

  it('finds two anchors of one size and different roots', () => {
    const verdict = judge(view(10), [note(9), note(9, { of: other })], [note(9)]);
    expect(kinds(verdict)).toContain('fork');
    expect(verdict.isRolledBack).toBe(true);
  });

  it('uses no anchor of another key or another vault, and reports it', () => {
    for (const signing of [{ by: stranger }, { vault: newVaultId() }]) {
      const beside = judge(view(10), [note(20, signing), note(9)], [note(9)]);
      expect(kinds(beside)).toEqual(['anchor-foreign']);
      expect(beside).toMatchObject({ isRolledBack: false, anchor: { size: 9 } });
      const alone = judge(view(10), [note(9, signing)], [note(9)]);
      expect(kinds(alone)).toEqual(['anchor-foreign', 'anchor-missing']);
      expect(alone.isRolledBack).toBe(true);
    }
  });

  it('finds a checkpoint of another key in the folder', () => {
    const verdict = judge(view(10), [note(9)], [note(10, { by: stranger })]);
    expect(kinds(verdict)).toEqual(['checkpoint-foreign', 'checkpoint-missing']);
    expect(verdict.isRolledBack).toBe(false);
    expect(judge(view(10), null, [note(10, { by: stranger })]).isRolledBack).toBe(true);
  });

  it('finds a missing anchor only where the ledger records that there was one', () => {
    expect(judge(view(10), [], [note(10)]).isRolledBack).toBe(true);
    expect(judge(view(10, { sawAnchor: false }), [], [note(10)]).isRolledBack).toBe(false);
    expect(judge(view(10), null, [note(10)]).isRolledBack).toBe(false);
  });

  it('finds a ledger without any signed checkpoint, like a forged one', () => {
    const madeUp = view(3, { isOlder: false, sawCheckpoint: false, sawAnchor: false });
    const verdict = judge(madeUp, [], [note(3, { by: stranger })]);
    expect(kinds(verdict)).toEqual(['checkpoint-foreign', 'ledger-unsigned']);
    expect(verdict.isRolledBack).toBe(true);
    expect(judge(madeUp, [], [note(3)]).isRolledBack).toBe(false);
    expect(judge(madeUp, [note(3)], []).isRolledBack).toBe(false);
  });

  it('finds the ledger of an earlier epoch', () => {
    const verdict = judge(view(10), [note(2, { epoch: 2 })], [note(10)]);
    expect(kinds(verdict)).toEqual(['rollback']);
  });

  it('lets a new epoch continue only from the anchor that it names', () => {
    const { epoch, size, root } = signed(9);
    const accepted = { epoch, size, root };
    const later = { epoch: 2, accepted, sawAnchor: false, sawCheckpoint: false };
    const checkpoints = [note(1, { epoch: 2 })];
    expect(kinds(judge(view(1, later), [note(9)], checkpoints))).toEqual([]);
    expect(kinds(judge(view(1, later), [note(8)], checkpoints))).toEqual(['rollback']);
    expect(kinds(judge(view(1, later), [note(9)], []))).toEqual(['epoch-unsigned']);
  });

  it('reports a lock that was not signed, and continues', () => {
    const verdict = judge(view(10, { lastLock: 10 }), [note(9)], [note(9)]);
    expect(kinds(verdict)).toEqual(['lock-unsigned']);
    expect(verdict.isRolledBack).toBe(false);
    expect(kinds(judge(view(12, { lastLock: 10 }), [note(9)], [note(10)]))).toEqual([]);
    expect(kinds(judge(view(12, { lastLock: 10 }), [note(10)], []))).toEqual([
      'checkpoint-missing',
    ]);
  });

  it('reports a session without a lock, and continues', () => {
    const verdict = judge(view(10, { wasLocked: false }), [note(9)], [note(10)]);
    expect(kinds(verdict)).toEqual(['no-lock']);
    expect(verdict.isRolledBack).toBe(false);
  });
});

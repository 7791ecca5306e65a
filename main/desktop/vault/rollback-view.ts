import * as v from 'valibot';
import {
  type FindingKind,
  findingKinds,
  type Rollback,
} from '../../../shared/contract/rollback.ts';
import { openCheckpoint } from '../../pki/index.ts';
import { type LedgerRecord, vaultActions } from '../../ledger/index.ts';
import type { Vault } from '../../vault/index.ts';
import { bindingOf, profileOf } from '../../session/index.ts';
import { rowsOf } from './record-rows.ts';
import type { OpenVault } from './open-vault.ts';

const findingsSchema = v.object({
  findings: v.array(v.object({ kind: v.picklist(findingKinds), problem: v.string() })),
});

/** What the window shows about a vault that differs from its last signed state. */
export const rollbackOf = async (open: OpenVault): Promise<Rollback> => {
  const { vault } = open;
  const index = await vault.audit();
  const { lines } = await index.query({ action: vaultActions.rollback, limit: 1 });
  const [finding] = lines;
  // The record of the finding is the last one and is not part of what was found (docs/adr/0008).
  const size = Math.max(0, (finding?.record.seq ?? vault.head.size + 1) - 1);
  const last = size === 0 ? null : await index.line(size);
  const { epoch } = vault.origin;
  const signed = signedHead(open);
  const missing = signed?.epoch === epoch && signed.size > size;
  return {
    found: finding?.record.time ?? new Date().toISOString(),
    findings: findingsOf(open, finding?.record),
    signed,
    held: {
      ...{ epoch, size },
      root: rootAt(vault, size) ?? '',
      last: last === null ? null : ((await rowsOf([last], open))[0] ?? null),
    },
    missing: missing ? { first: size + 1, last: signed.size } : null,
    confirmed: confirmed(open, size),
    pinPad: profileOf(bindingOf(vault.tables)).token.pinPad,
    nextEpoch: Math.max(epoch, signed?.epoch ?? 0) + 1,
  };
};

/** The findings of this unlock; if the blocking one is older, the recorded findings. */
const findingsOf = (open: OpenVault, record: LedgerRecord | undefined): Rollback['findings'] => {
  const now = (open.session.examined?.verdict.findings ?? []).filter(({ blocks }) => blocks);
  if (now.length > 0)
    return now.map(({ kind, problem }): { kind: FindingKind; problem: string } => ({
      kind,
      problem,
    }));
  const recorded = v.safeParse(findingsSchema, record?.details);
  return recorded.success ? recorded.output.findings.map((each) => ({ ...each })) : [];
};

/** The head that accepting writes into the first record of the new epoch. */
const signedHead = ({ session, vault }: OpenVault): Rollback['signed'] => {
  const { anchor = null, checkpoint = null } = session.examined?.verdict ?? {};
  const newest = anchor ?? checkpoint;
  const key = vault.checkpointKey;
  if (newest === null) return null;
  const { epoch, size, root } = newest;
  return { epoch, size, root, where: anchor === null ? 'folder' : 'token', curve: key.curve };
};

/** Verifying signatures is slow, so stop at the largest that matches. */
const confirmed = ({ session, vault }: OpenVault, size: number): number => {
  const key = vault.checkpointKey;
  const { anchor = null, checkpoint = null } = session.examined?.verdict ?? {};
  const known = [...vault.checkpoints, anchor, checkpoint].filter((each) => each !== null);
  const largest = known
    .filter((each) => each.epoch === vault.origin.epoch && each.size <= size)
    .toSorted((a, b) => b.size - a.size)
    .find(
      (each) =>
        rootAt(vault, each.size) === each.root && openCheckpoint(each.note, key, vault.id) !== null,
    );
  return largest?.size ?? 0;
};

const rootAt = ({ tree }: Vault, size: number): string | null =>
  size > tree.size ? null : tree.root(size).toString('hex');

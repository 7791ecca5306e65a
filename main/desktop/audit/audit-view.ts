import type { Input, Output } from '../../../shared/contract.ts';
import type { AuditFilter, AuditRecord } from '../../../shared/contract/audit.ts';
import { noSuchRecord } from '../../../shared/messages/failures/ledger.ts';
import type { AuditFilter as IndexFilter } from '../../audit/index.ts';
import { leafHash } from '../../ledger/index.ts';
import { openCheckpoint } from '../../pki/index.ts';
import { type OpenVault, rowsOf } from '../vault/index.ts';

/** The audit list. A view is recorded once per filter, not for each page of results. */
export class AuditView {
  #looked = '';

  async query(open: OpenVault, input: Input<'audit.query'>): Promise<Output<'audit.query'>> {
    const { filter, offset, limit } = input;
    const upTo = input.upTo ?? open.vault.head.size;
    const index = await open.vault.audit();
    const wanted = { ...definedOnly(filter), offset, limit, upTo };
    const { lines, total } = await index.query(wanted);
    await this.#recordLook(open, filter, total);
    return { rows: await rowsOf(lines, open), total, upTo };
  }

  /** A new session records its views again. */
  forget(): void {
    this.#looked = '';
  }

  async #recordLook(open: OpenVault, filter: AuditFilter, found: number): Promise<void> {
    const looked = JSON.stringify(filter);
    if (looked === this.#looked) return;
    this.#looked = looked;
    const details = { ...filter, found };
    await open.vault.recordLook({ action: 'audit.view', subject: {}, outcome: 'ok', details });
  }
}

/** A filter key with the value undefined would count as a condition. */
const definedOnly = ({ text, ...rest }: AuditFilter): Omit<IndexFilter, 'limit'> =>
  text === undefined || text.trim() === '' ? rest : { ...rest, text: text.trim() };

export const recordOf = async (open: OpenVault, seq: number): Promise<Output<'audit.record'>> => {
  const found = await (await open.vault.audit()).line(seq);
  if (found === null) throw noSuchRecord(seq);
  const { record, line } = found;
  const { app, token } = record.actor;
  const leaf = leafHash(Buffer.from(line)).toString('hex');
  const [row] = await rowsOf([found], open);
  if (row === undefined) throw new Error('a line is one row');
  return { row, clock: record.clock, app, token, line, leaf, signed: signedIn(open, seq) };
};

/** The first saved checkpoint that covers a record, if the vault's key signed it. */
const signedIn = ({ vault }: OpenVault, seq: number): AuditRecord['signed'] => {
  const key = vault.checkpointKey;
  const covering = vault.checkpoints.find(({ size }) => size >= seq);
  if (covering === undefined) return null;
  const { size, note } = covering;
  return openCheckpoint(note, key, vault.id) === null ? null : { records: size, curve: key.curve };
};

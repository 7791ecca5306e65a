import * as v from 'valibot';
import type { Mark } from '../../../shared/contract/audit.ts';
import type { AuditLine } from '../../audit/index.ts';
import type { Vault } from '../../vault/index.ts';

const unlockSchema = v.object({
  unsigned: v.object({ first: v.number(), last: v.number() }),
  findings: v.array(v.object({ kind: v.string() })),
});

interface Range {
  readonly first: number;
  readonly last: number;
  readonly mark: Mark;
}

const PAGE = 500;

/** Which records were not signed when they were written, as recorded by later unlocks. */
export class UnsignedRanges {
  readonly #vault: Vault;
  /** Newest first. */
  #ranges: readonly Range[] = [];
  /** Unlocks up to this record have been read. */
  #known = 0;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** @returns the mark of the record with this number; null if it was signed in time */
  async marks(): Promise<(seq: number) => Mark | null> {
    await this.#read();
    const signed = this.#vault.newestCheckpoint?.size ?? 0;
    return (seq) => (seq > signed ? 'waiting' : this.#markOf(seq));
  }

  #markOf(seq: number): Mark | null {
    return this.#ranges.find(({ first, last }) => first <= seq && seq <= last)?.mark ?? null;
  }

  async #read(): Promise<void> {
    const { size } = this.#vault.head;
    if (size === this.#known) return;
    const index = await this.#vault.audit();
    const fresh: Range[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const wanted = { action: 'vault.unlock', limit: PAGE, offset, upTo: size };
      const { lines } = await index.query(wanted);
      const newer = lines.filter(({ record }) => record.seq > this.#known);
      fresh.push(...newer.flatMap(rangeOf));
      if (newer.length < PAGE) break;
    }
    this.#ranges = [...fresh, ...this.#ranges];
    this.#known = size;
  }
}

const rangeOf = ({ record: { details } }: AuditLine): Range[] => {
  const told = v.safeParse(unlockSchema, details);
  if (!told.success) return [];
  const { unsigned, findings } = told.output;
  const interrupted = findings.some(({ kind }) => kind === 'no-lock');
  return [{ ...unsigned, mark: interrupted ? 'interrupted' : 'locked' }];
};

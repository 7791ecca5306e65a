export interface Finding {
  /** `damage` breaks a promise; a `notice` is for the reader to judge. */
  readonly kind: 'damage' | 'notice';
  /** The number of the record, null where it is about something else. */
  readonly record: number | null;
  /** Offset in the ledger of the first byte that is wrong, null where there is none. */
  readonly byte: number | null;
  /** A sentence. */
  readonly problem: string;
}

/** More than this help nobody. */
export const MAX_FINDINGS = 100;

export class Findings {
  readonly first: Finding[] = [];
  total = 0;

  damage(finding: Omit<Finding, 'kind'>): void {
    this.#add({ kind: 'damage', ...finding });
  }

  notice(finding: Omit<Finding, 'kind'>): void {
    this.#add({ kind: 'notice', ...finding });
  }

  #add(finding: Finding): void {
    this.total += 1;
    if (this.first.length < MAX_FINDINGS) this.first.push(finding);
  }
}

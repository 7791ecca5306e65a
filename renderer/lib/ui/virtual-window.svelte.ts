/**
 * The part of a long list that is seen. Browsers cannot make an element higher than 33,554,432
 * pixels, which a million rows exceed; so the scrolled element is at most this high and stands for
 * the whole list in proportion.
 */
const TALLEST = 8_000_000;
/** Used until the height is known. */
const ASSUMED_HEIGHT = 800;

interface List {
  /** Rows in it. */
  readonly count: () => number;
  /** Pixels of each. */
  readonly rowHeight: () => number;
  /** Pixels of the part that is seen; 0 while that is not known. */
  readonly height: () => number;
}

export class VirtualWindow {
  readonly #list: List;
  #top = $state(0);

  constructor(list: List) {
    this.#list = list;
  }

  readonly count = $derived.by(() => this.#list.count());
  readonly rowHeight = $derived.by(() => this.#list.rowHeight());

  readonly seen = $derived.by(() => this.#list.height() || ASSUMED_HEIGHT);
  readonly total = $derived(this.count * this.rowHeight);
  /** Height of the scrolled element. */
  readonly physical = $derived(Math.min(this.total, TALLEST));
  readonly scaled = $derived(this.total > TALLEST);
  readonly #travel = $derived(Math.max(0, this.total - this.seen));
  readonly #physicalTravel = $derived(Math.max(0, this.physical - this.seen));
  /** Pixels of the list above the part that is seen. */
  readonly top = $derived(Math.min(this.#top, this.#travel));
  readonly first = $derived(Math.floor(this.top / this.rowHeight));
  /** One past the last row that is seen. */
  readonly end = $derived(Math.min(this.count, Math.ceil((this.top + this.seen) / this.rowHeight)));
  /** Where the first row starts, from the top of the part that is seen. */
  readonly shift = $derived(this.first * this.rowHeight - this.top);

  moveTo(top: number): void {
    this.#top = Math.max(0, Math.min(top, this.#travel));
  }

  /** scrollTop that belongs to the place where the window is. */
  get scrollTop(): number {
    if (!this.scaled) return this.top;
    return this.#travel === 0 ? 0 : (this.top / this.#travel) * this.#physicalTravel;
  }

  /** Follows the scroll bar. */
  follow(scrollTop: number): void {
    // Rounding by the browser is not a movement.
    if (Math.abs(scrollTop - this.scrollTop) < 1) return;
    if (!this.scaled) this.moveTo(scrollTop);
    else if (this.#physicalTravel > 0)
      this.moveTo((scrollTop / this.#physicalTravel) * this.#travel);
  }

  show(index: number): void {
    const start = index * this.rowHeight;
    if (start < this.top) this.moveTo(start);
    else if (start + this.rowHeight > this.top + this.seen)
      this.moveTo(start + this.rowHeight - this.seen);
  }

  get rowsPerPage(): number {
    return Math.max(1, Math.floor(this.seen / this.rowHeight) - 1);
  }
}

const steps: Readonly<Record<string, (at: number, window: VirtualWindow) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at, { rowsPerPage }) => at + rowsPerPage,
  PageUp: (at, { rowsPerPage }) => at - rowsPerPage,
  Home: () => 0,
  End: (_at, { count }) => count - 1,
};

/** The row that a key leads to; null for a key that leads to none. */
export const rowAfterKey = (key: string, at: number, window: VirtualWindow): number | null => {
  const step = steps[key];
  if (step === undefined || window.count === 0) return null;
  if (at < 0) return key === 'End' ? window.count - 1 : 0;
  return Math.max(0, Math.min(window.count - 1, step(at, window)));
};

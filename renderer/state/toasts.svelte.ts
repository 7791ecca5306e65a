export interface Toast {
  readonly id: number;
  readonly title: string;
  readonly text: string;
  readonly undo: (() => void) | undefined;
}

/** Confirmations of small finished actions. Never used for failures and decisions. */
export class Toasts {
  static readonly #lifeMs = 6000;
  #next = 1;
  #shown = $state.raw<readonly Toast[]>([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  get shown(): readonly Toast[] {
    return this.#shown;
  }

  say(title: string, text = '', undo?: () => void): void {
    const toast = { id: this.#next++, title, text, undo };
    this.#shown = [...this.#shown.slice(-2), toast];
    this.resume(toast.id);
  }

  dismiss(id: number): void {
    this.hold(id);
    this.#shown = this.#shown.filter((toast) => toast.id !== id);
  }

  /** Under the pointer or the focus it stays. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => {
        this.dismiss(id);
      }, Toasts.#lifeMs),
    );
  }
}

/** The time of day, once a second, for what counts down. */
export class Clock {
  #now = $state.raw(new Date());

  get now(): Date {
    return this.#now;
  }

  get ms(): number {
    return this.#now.getTime();
  }

  /** @returns stops it */
  start(): () => void {
    const timer = setInterval(() => {
      this.#now = new Date();
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }
}

import type { Locator, Page } from 'playwright';

/** The page of a locked vault. */
export class UnlockPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get pin(): Locator {
    return this.#page.getByLabel('Token PIN');
  }

  get refusal(): Locator {
    return this.#page.getByRole('alert').filter({ hasText: 'did not accept this PIN' });
  }

  /** Types a PIN and submits it, without waiting for the result. */
  async enter(pin: string): Promise<void> {
    await this.pin.click();
    await this.#page.keyboard.type(pin);
    await this.#page.keyboard.press('Enter');
  }

  async unlock(pin: string): Promise<void> {
    await this.enter(pin);
    try {
      await this.#page.getByRole('navigation', { name: 'Places' }).waitFor({ timeout: 60_000 });
    } catch (error) {
      const says = await this.#page.getByRole('main').innerText();
      const typed = (await this.pin.inputValue()).length;
      throw new Error(`still locked, ${typed} characters typed: ${says}`, { cause: error });
    }
  }
}

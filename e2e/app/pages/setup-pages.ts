import type { Locator, Page } from 'playwright';

/** The first-run wizard. */
export class SetupPages {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  get evaluate(): Locator {
    return this.#page.getByRole('button', { name: 'Create an evaluation token' });
  }

  get pin(): Locator {
    return this.#page.getByLabel('New PIN for the token');
  }

  get pinAgain(): Locator {
    return this.#page.getByLabel('Repeat the PIN');
  }

  /** Looking for tokens takes a while; the page can be used meanwhile. */
  async searched(): Promise<void> {
    await this.#page.getByText('Looking for PKCS#11 libraries').waitFor({ state: 'detached' });
  }

  /** The result of the probe. */
  async probed(): Promise<void> {
    await this.heading(/^This token supports/).waitFor({ timeout: 60_000 });
  }

  async done(): Promise<void> {
    await this.heading('The vault is ready').waitFor({ timeout: 60_000 });
  }

  heading(name: string | RegExp): Locator {
    return this.#page.getByRole('heading', { level: 1, name });
  }

  async press(name: string | RegExp): Promise<void> {
    await this.#page.getByRole('button', { name }).click();
  }
}

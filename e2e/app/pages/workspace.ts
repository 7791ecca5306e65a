import type { Locator, Page } from 'playwright';

export type Place = 'Overview' | 'Keys' | 'Encrypt & decrypt' | 'Audit' | 'Reports' | 'Settings';

/** The frame of an unlocked vault: navigation and status bar. */
export class Workspace {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  get status(): Locator {
    return this.page.getByRole('contentinfo', { name: 'Status' });
  }

  async go(place: Place): Promise<void> {
    const places = this.page.getByRole('navigation', { name: 'Places' });
    await places.getByRole('button', { name: place, exact: true }).click();
    await places
      .getByRole('button', { name: place, exact: true })
      .and(this.page.locator('[aria-current]'))
      .waitFor();
  }
}

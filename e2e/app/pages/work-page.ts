import type { Locator } from 'playwright';
import { dropOn } from '../support/drop.ts';
import { Workspace } from './workspace.ts';

type Kind = 'Encrypt' | 'Decrypt' | 'Verify' | 'Rewrap' | 'Re-encrypt';
const doing = {
  Encrypt: 'Encrypting',
  Decrypt: 'Decrypting',
  Verify: 'Verifying',
  Rewrap: 'Rewrapping',
  'Re-encrypt': 'Re-encrypting',
} as const;
const done = {
  Encrypt: 'Encrypted',
  Decrypt: 'Decrypted',
  Verify: 'Verified',
  Rewrap: 'Rewrapped',
  'Re-encrypt': 'Re-encrypted',
} as const;

/** Encrypting, decrypting and verifying, from the drop to the results. */
export class WorkPage extends Workspace {
  get zone(): Locator {
    return this.page.getByRole('group', { name: /^Drop zone/ });
  }

  get newBatchButton(): Locator {
    return this.page.getByRole('button', { name: 'New batch' });
  }

  /** Opens the page, and closes results that are still shown. */
  async open(): Promise<void> {
    await this.go('Encrypt & decrypt');
    await this.newBatchButton.or(this.zone).waitFor();
    if (await this.newBatchButton.isVisible()) await this.newBatch();
  }

  /** The button that starts the plan; it shows the number of files. */
  startButton(kind: Kind): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${kind} [\\d,]+ files?`) });
  }

  get cancelButton(): Locator {
    return this.page.getByRole('button', { name: /^Cancel/ });
  }

  async setKind(kind: Kind): Promise<void> {
    await this.page.getByRole('radio', { name: kind }).click();
  }

  async chooseKey(name: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Key' }).click();
    await this.page.getByRole('option', { name }).click();
  }

  async choose(
    field:
      'Write to' | 'If the file already exists' | 'What happens' | 'Rewrap to' | 'Re-encrypt with',
    option: string,
  ): Promise<void> {
    await this.page.getByLabel(field).click();
    await this.page.getByRole('option', { name: option }).click();
  }

  drop(files: readonly string[]): Promise<void> {
    return dropOn(this.zone, files);
  }

  /** Starts the plan with the mouse, once it is complete. */
  async start(kind: Kind): Promise<void> {
    const button = this.startButton(kind);
    await button.and(this.page.locator(':not([aria-disabled])')).click({ timeout: 60_000 });
  }

  async running(kind: Kind): Promise<void> {
    await this.page
      .getByRole('heading', { level: 1, name: new RegExp(`^${doing[kind]}`) })
      .waitFor();
  }

  /** @returns the heading of the results */
  async ended(timeout = 90_000): Promise<string> {
    await this.newBatchButton.waitFor({ timeout });
    return this.heading.innerText();
  }

  /** Waits for results without failures. */
  async allDone(kind: Kind, files: number): Promise<void> {
    const count = `${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}`;
    const title = this.page.getByRole('heading', { level: 1, name: `${done[kind]} ${count}` });
    try {
      await title.waitFor({ timeout: 90_000 });
    } catch (error) {
      throw new Error(`the window says: ${await this.heading.innerText()}`, { cause: error });
    }
  }

  async newBatch(): Promise<void> {
    await this.newBatchButton.click();
    await this.zone.waitFor();
  }

  /** A row of the results or of the files in progress. */
  row(name: string): Locator {
    return this.page.getByRole('row').filter({ hasText: name });
  }
}

import type { Locator } from 'playwright';
import { Workspace } from './workspace.ts';

/** The keys, and the dialog that makes one. */
export class KeysPage extends Workspace {
  get dialog(): Locator {
    return this.page.getByRole('dialog', { name: 'Create a key' });
  }

  row(name: string): Locator {
    return this.page.getByRole('row').filter({ hasText: name });
  }

  async openDialog(): Promise<void> {
    await this.page.getByRole('button', { name: /^Create (the first )?key/ }).click();
    await this.dialog.waitFor();
  }

  /** Makes a key with the mouse and waits until it is listed. */
  async create(name: string, preset: 'Maximum' | 'Balanced' | 'Fast'): Promise<void> {
    await this.openDialog();
    await this.dialog.getByLabel('Name', { exact: true }).fill(name);
    await this.dialog.getByRole('radio', { name: preset, exact: true }).click();
    await this.dialog.getByRole('button', { name: /^Create key/ }).click();
    await this.dialog.waitFor({ state: 'detached', timeout: 60_000 });
    await this.row(name).waitFor();
  }
}

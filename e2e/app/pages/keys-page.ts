import type { Locator } from 'playwright';
import { Workspace } from './workspace.ts';

/** The keys, and the dialog that creates one. */
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

  /** Creates a key with the mouse and waits until it is listed. */
  async create(name: string, preset: 'Maximum' | 'Balanced' | 'Fast'): Promise<void> {
    await this.openDialog();
    await this.dialog.getByLabel('Name', { exact: true }).fill(name);
    await this.dialog.getByRole('radio', { name: preset, exact: true }).click();
    await this.dialog.getByRole('button', { name: /^Create key/ }).click();
    await this.dialog.waitFor({ state: 'detached', timeout: 60_000 });
    await this.row(name).waitFor();
  }

  /** Starts an action on the key whose panel is open, with its button or from the menu. */
  async begin(button: string): Promise<Locator> {
    const own = this.page.getByRole('button', { name: button, exact: true });
    const more = this.page.getByRole('button', { name: 'More actions' });
    await more.waitFor();
    if (await own.isVisible()) await own.click();
    else {
      await more.click();
      await this.page.getByRole('menuitem', { name: button }).click();
    }
    const dialog = this.page.getByRole('dialog');
    await dialog.waitFor();
    return dialog;
  }
}

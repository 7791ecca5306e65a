import path from 'node:path';
import type { Locator } from 'playwright';
import type { Driver } from '../support/driver.ts';
import { dropOn } from '../support/drop.ts';
import { filesBelow } from '../support/test.ts';
import { Workspace } from './workspace.ts';

type Tab = 'Export' | 'Verify a report' | 'Saved checkpoints' | 'Past exports';

/** One openssl step as the window shows it. */
export interface ShownStep {
  readonly title: string;
  readonly commands: string;
  readonly prints: string;
}

/** Reports: export, verification, and saved checkpoints. */
export class ReportsPage extends Workspace {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    super(driver.page);
    this.#driver = driver;
  }

  /** Shown once an export has succeeded. */
  get exported(): Locator {
    return this.page.getByRole('status', { name: /^Exported/ });
  }

  exportButton(files: number): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^Export ${files} file`) });
  }

  async open(tab: Tab): Promise<void> {
    await this.go('Reports');
    await this.page.getByRole('tab', { name: tab, exact: true }).click();
  }

  async choose(field: 'Kind' | 'Time', option: RegExp): Promise<void> {
    await this.page.getByLabel(field, { exact: true }).click();
    await this.page.getByRole('option', { name: option }).click();
  }

  /** Exports the selection, as PDF and CSV too. */
  async exportTo(file: string): Promise<void> {
    await this.#driver.answerDialogs([file]);
    await this.open('Export');
    const csv = this.page.getByRole('checkbox', { name: 'CSV' });
    if (!(await csv.isChecked())) await csv.check();
    await this.exportButton(3).click();
    await this.exported.waitFor({ timeout: 60_000 });
  }

  async closeNote(): Promise<void> {
    await this.exported.getByRole('button', { name: 'Close' }).click();
  }

  /** Drops reports on the tab that verifies them. */
  async verify(files: readonly string[]): Promise<void> {
    await this.open('Verify a report');
    await dropOn(this.page.getByRole('group', { name: /^Drop zone: verify/ }), files);
  }

  async isGenuine(): Promise<void> {
    await this.page.getByText('This report is genuine').waitFor({ timeout: 60_000 });
  }

  async isRefused(): Promise<void> {
    await this.page.getByText('Do not rely on this report.').waitFor({ timeout: 60_000 });
  }

  /** What "Show the steps with openssl" shows. */
  async steps(): Promise<ShownStep[]> {
    await this.page.getByRole('button', { name: 'Show the steps with openssl' }).click();
    const steps = this.page.getByRole('region', { name: 'The steps with openssl' });
    await steps.waitFor();
    return steps.getByRole('listitem').evaluateAll((items) =>
      items.map((item) => ({
        title: item.querySelector('h3')?.textContent ?? '',
        commands: item.querySelector('pre')?.textContent ?? '',
        prints: item.querySelector('.id')?.textContent ?? '',
      })),
    );
  }

  /** Signs and saves the newest checkpoint. @returns its file */
  async saveCheckpoint(folder: string): Promise<string> {
    await this.open('Saved checkpoints');
    await this.#driver.answerDialogs([folder]);
    await this.page.getByRole('button', { name: 'Sign and save…' }).click();
    await this.page.getByText(/^Checkpoint over/).waitFor({ timeout: 60_000 });
    const [name = ''] = (await filesBelow(folder)).filter((each) => each.endsWith('.checkpoint'));
    return path.join(folder, name);
  }

  /** Drops files on the area that compares a saved checkpoint. */
  async compare(files: readonly string[]): Promise<void> {
    await dropOn(this.page.getByRole('group', { name: /^Drop zone: compare/ }), files);
  }

  /** Chooses the reply of a time-stamping authority. */
  async attach(file: string): Promise<void> {
    await this.#driver.answerDialogs([file]);
    await this.page.getByRole('button', { name: 'Attach a timestamp…' }).click();
  }

  /**
   * Halts the token's driver as soon as the PDF that it will sign is started.
   * @returns a function that lets it continue
   */
  async haltAtPdf(): Promise<() => void> {
    const engine = await this.#driver.app.evaluate(({ app, BrowserWindow }) => {
      const found = app.getAppMetrics().find(({ name }) => name === 'claviger-engine');
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (found === undefined || contents === undefined) throw new Error('no engine or no window');
      const send = contents.send.bind(contents);
      contents.send = (channel: string, ...args: { name?: string; data?: unknown }[]) => {
        if (args[0]?.name === 'reports.step' && args[0].data === 'pdf') {
          process.kill(found.pid, 'SIGSTOP');
          contents.send = send;
        }
        send(channel, ...args);
      };
      return found.pid;
    });
    return () => void process.kill(engine, 'SIGCONT');
  }
}

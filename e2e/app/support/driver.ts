import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, errors, type Page } from 'playwright';
import { expect } from 'vitest';
import type { Bridge, CallName, Input, Output, Result } from '../../../shared/contract.ts';
import type { FailureCode } from '../../../shared/failure.ts';

declare global {
  interface Window {
    readonly claviger: Bridge<File>;
  }
}

export const PIN = '482913';
const PATIENCE_MS = 60_000;
/** Attaching takes one to three seconds, even under load. */
const ATTACH_MS = 25_000;

interface Place {
  /** Folder for everything of one test. */
  readonly home: string;
  /** More arguments, like files that are opened from the shell. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program that starts the app as another user, with Chromium's sandbox. */
  readonly starter?: string;
  /** Working directory; by default that of the tests. */
  readonly cwd?: string;
}

const isRoot = process.getuid?.() === 0;
/** bits-ui and the tables measure themselves; Chromium then warns about late frames. */
const HARMLESS = 'ResizeObserver loop completed with undelivered notifications';

/** The program that starts the app, and its first arguments. */
export const appCommand = (home: string): { executable: string; args: string[] } => ({
  executable: process.env['CLAVIGER_E2E_EXECUTABLE'] ?? '',
  args: [
    ...(isPackaged() ? [] : [path.resolve(import.meta.dirname, '../../..')]),
    `--user-data-dir=${path.join(home, 'data')}`,
  ],
});

export const isPackaged = (): boolean => process.env['CLAVIGER_E2E_PACKAGED'] === '1';

/** The real app with its real window, in its own home folder. */
export class Driver {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly home: string;
  /** Errors of the page: violations of its policy, and uncaught errors. */
  readonly complaints: string[] = [];

  private constructor(app: ElectronApplication, page: Page, home: string) {
    this.app = app;
    this.page = page;
    this.home = home;
    const complain = (text: string): void => {
      if (!text.includes(HARMLESS)) this.complaints.push(text);
    };
    page.on('pageerror', ({ message }) => complain(message));
    page.on('console', (message) => {
      if (message.type() === 'error') complain(message.text());
    });
  }

  static async start({ home, args = [], env = {}, starter, cwd }: Place): Promise<Driver> {
    const command = appCommand(home);
    const app = await launched({
      executablePath: starter ?? command.executable,
      args: [...command.args, ...args],
      // Chromium refuses to run as root with its sandbox.
      chromiumSandbox: starter !== undefined || !isRoot,
      // Otherwise Playwright pins the scheme and the app's own setting has no effect.
      colorScheme: null,
      ...(cwd === undefined ? {} : { cwd }),
      env: {
        ...stringsOnly(process.env),
        HOME: home,
        CLAVIGER_STATE: path.join(home, 'state'),
        ...env,
      },
    });
    return new Driver(app, await app.firstWindow(), home);
  }

  /** A call as a page makes it. */
  async ask<C extends CallName>(name: C, input: Input<C>): Promise<Result<Output<C>>> {
    return this.raw(name, input) as Promise<Result<Output<C>>>;
  }

  /** A call that must succeed. */
  async call<C extends CallName>(name: C, input: Input<C>): Promise<Output<C>> {
    const result = await this.ask(name, input);
    if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result)}`);
    return result.value;
  }

  /** A call that must fail with this code. */
  async fails<C extends CallName>(name: C, input: Input<C>, code: FailureCode): Promise<void> {
    expect(await this.ask(name, input)).toMatchObject({ ok: false, failure: { code } });
  }

  /** Anything that a page could send. */
  raw(name: unknown, input: unknown): Promise<unknown> {
    const answer = this.page.evaluate(
      ([each, value]) => window.claviger.call(each as CallName, value as never),
      [name, input],
    );
    return inTime(answer, String(name));
  }

  /** Does something that reloads the window, as every lock does. */
  async reloads(work: () => Promise<unknown>): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: PATIENCE_MS });
    await work().catch((error: unknown) => {
      // The page that would get the answer may be gone.
      if (!String(error).includes('Execution context was destroyed')) throw error;
    });
    await loaded;
  }

  /** Answers the next open dialogs with these paths. */
  async answerDialogs(paths: readonly string[]): Promise<void> {
    await this.app.evaluate(
      ({ dialog }, filePaths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths });
        dialog.showSaveDialog = () =>
          Promise.resolve({ canceled: false, filePath: filePaths[0] ?? '' });
      },
      [...paths],
    );
  }

  /** Quits as a person does, and fails if the app does not exit. */
  async stop(): Promise<void> {
    const child = this.app.process();
    const exited =
      child.exitCode === null && child.signalCode === null
        ? new Promise((resolve) => child.once('exit', resolve))
        : Promise.resolve();
    // Whether Playwright's own close succeeds does not matter.
    this.app.close().catch(() => undefined);
    try {
      await inTime(exited, 'quitting');
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    expect(child.signalCode, 'the app has crashed').toBe(null);
  }
}

/**
 * Playwright delays the window until it is attached, but only if it chooses the runtime itself.
 * Attaching to a window that already loads sometimes never ends (once in 200 starts on a busy
 * machine): the app is up and idle then, and Playwright kills it when the time is over.
 */
const launched = async (
  options: Parameters<typeof _electron.launch>[0],
  attempts = 3,
): Promise<ElectronApplication> => {
  try {
    return await _electron.launch({ ...options, timeout: ATTACH_MS });
  } catch (error) {
    if (!(error instanceof errors.TimeoutError) || attempts === 1) throw error;
    process.stderr.write('Playwright was not attached to the app, which is started again.\n');
    return launched(options, attempts - 1);
  }
};

/** Playwright waits forever for what it evaluates; this names the call that has no answer. */
const inTime = async <T>(work: Promise<T>, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

const stringsOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** An empty home folder, which the returned function removes. */
export const makeHome = async (): Promise<{ home: string; remove: () => Promise<void> }> => {
  const home = await mkdtemp(path.join(tmpdir(), 'claviger-app-'));
  return { home, remove: () => rm(home, { recursive: true, force: true }) };
};

import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Output } from '../../../shared/contract.ts';
import type { ExportStep, Rendering } from '../../../shared/reports.ts';
import { verifyReport } from '../../reports/verify-report.ts';
import {
  type DeskApp,
  type Engines,
  makeEngines,
  makeVault,
  startDeskApp,
} from '../testing/desk-app.ts';

let engines: Engines;
let desk: DeskApp;
let vault: string;
let out: string;

beforeAll(() => {
  engines = makeEngines();
});
afterAll(() => engines.remove());
beforeEach(async () => {
  desk = await startDeskApp(engines);
  vault = await makeVault(desk);
  out = path.join(desk.home, 'out');
  await mkdir(out);
});
afterEach(() => desk.remove());

const exportTo = (name: string, also: Rendering[] = []): Promise<Output<'reports.export'>> => {
  desk.answer = path.join(out, name);
  return desk.app.reports.export({ kind: 'activity', filter: {}, title: 'All', also });
};

/** Does it as soon as the export comes to that step. */
const at = (wanted: ExportStep, work: () => void): void => {
  desk.app.events.listen((event) => {
    if (event.name === 'reports.step' && event.data === wanted) work();
  });
};

interface Line {
  readonly seq: number;
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const records = async (): Promise<Line[]> =>
  (await readFile(path.join(vault, 'ledger.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const only = async (prefix: string): Promise<Line[]> =>
  (await records()).filter(({ action }) => action.startsWith(prefix));

const cancelled: unknown = expect.objectContaining({ code: 'cancelled' });

describe('an export that is cancelled', () => {
  it.each<[ExportStep, Rendering[], string[]]>([
    ['records', [], ['report.cancel']],
    ['json', [], ['report.export', 'report.cancel']],
    ['csv', ['csv'], ['report.export', 'report.file', 'report.cancel']],
    ['pdf', ['pdf'], ['report.export', 'report.file', 'report.cancel']],
  ])(
    'at the step %s leaves no file, and the ledger tells it as it was',
    async (step, also, all) => {
      at(step, () => desk.app.reports.cancel());
      await expect(exportTo('a.json', also)).rejects.toEqual(cancelled);
      expect(await readdir(out)).toEqual([]);
      const told = await only('report.');
      expect(told.map(({ action }) => action)).toEqual(all);
      const begun = told.find(({ action }) => action === 'report.export');
      const removed = all.includes('report.file') ? [path.join(out, 'a.json')] : [];
      expect(told.at(-1)?.details).toEqual({
        ...{ kind: 'activity', record: begun?.seq ?? null, removed, left: [], newest: null },
      });
      const { reports } = await desk.app.reports.past();
      expect(reports.map((report) => report.cancelled)).toEqual(begun === undefined ? [] : [true]);
    },
  );

  it('is not linked to by the next one', async () => {
    await exportTo('first.json');
    at('pdf', () => desk.app.reports.cancel());
    await expect(exportTo('second.json', ['pdf'])).rejects.toEqual(cancelled);
    const preview = await desk.app.reports.preview({ kind: 'activity', filter: {} });
    const [first] = await only('report.export');
    expect(preview.previous).toMatchObject({ inside: true });
    await exportTo('third.json');
    expect((await readdir(out)).sort()).toEqual(['first.json', 'third.json']);
    const previous = await readFile(path.join(out, 'first.json'));
    const third = verifyReport(await readFile(path.join(out, 'third.json')), { previous });
    expect(third.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(third.report?.statement.previous?.size).toBeGreaterThanOrEqual(first?.seq ?? 0);
    expect(third.report?.records.map(({ line }) => line).join('\n')).toContain('report.cancel');
  });

  it('because the vault is locked is recorded before the lock', async () => {
    const locks: Promise<void>[] = [];
    at('pdf', () => void locks.push(desk.app.desk.lock('idle')));
    await expect(exportTo('a.json', ['pdf'])).rejects.toEqual(cancelled);
    await Promise.all(locks);
    expect(await readdir(out)).toEqual([]);
    const last = (await records()).slice(-2).map(({ action }) => action);
    expect(last).toEqual(['report.cancel', 'vault.lock']);
  });

  it('after its end is complete', async () => {
    await exportTo('a.json');
    desk.app.reports.cancel();
    expect(await readdir(out)).toEqual(['a.json']);
    expect(await only('report.cancel')).toEqual([]);
  });
});

import { parse } from 'valibot';
import { expect, it } from 'vitest';
import type { ReportFilter } from '../../../shared/contract/reports.ts';
import { keyIdSchema } from '../../../shared/ids.ts';
import { makeReport } from '../../reports/make-report.ts';
import { openDoctored } from '../../reports/testing/doctored-index.ts';
import { sessionOn } from '../../reports/testing/report-vault.ts';
import { previewOf } from './preview.ts';

it('counts what the report will contain, whatever the search index hides', async () => {
  const { vault, key: named } = await openDoctored();
  const key = parse(keyIdSchema, named);
  const year = new Date().getUTCFullYear();
  const filters: readonly ReportFilter[] = [
    { key, action: 'file.decrypt' },
    { key },
    { key, since: `${year}-01-01T00:00:00.000Z` },
    { key, until: '2001-01-01T00:00:00.000Z' },
    { key, outcome: 'failed' },
    { key, user: 'nobody' },
  ];
  for (const filter of filters) {
    const preview = await previewOf(vault, { kind: 'key-life', filter }, () => undefined);
    const request = { kind: 'key-life', filter, title: 'Life' } as const;
    const { statement } = await makeReport(sessionOn(vault), request);
    const { included } = statement.counts;
    expect(preview.counts.included, JSON.stringify(filter)).toBe(included);
    expect(preview.range.first).toBe(statement.range.first);
    expect(preview.counts.searched).toBe(statement.counts.searched);
  }
  const { counts } = await previewOf(
    vault,
    { kind: 'key-life', filter: { key, action: 'file.decrypt' } },
    () => undefined,
  );
  expect(counts.included).toBe(1);
  await vault.close();
});

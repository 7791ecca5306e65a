import { describe, expect, it } from 'vitest';
import { sampleReport } from './pdf/testing/sample-report.ts';
import { encodeReport, reportPieces } from './report.ts';

const title = '\n "records": [] and "records": []';

describe("a report's file", () => {
  it.each([0, 1, 2, 4_001])('is indented JSON with %i records, in pieces of some', (records) => {
    const report = sampleReport({ records, title });
    const whole = `${JSON.stringify(report, null, 1)}\n`;
    expect(encodeReport(report).toString()).toBe(whole);
    const pieces = [...reportPieces(report)];
    expect(pieces).toHaveLength(records === 0 ? 1 : 2 + Math.ceil(records / 2_000));
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { spanOf } from './periods.ts';

// Where the same moment is another day.
describe.each([
  ['Pacific/Kiritimati', 13],
  ['Pacific/Pago_Pago', 12],
  ['UTC', 23],
] as const)('in %s', (zone, hour) => {
  beforeEach(() => {
    vi.stubEnv('TZ', zone);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const none = { from: '', to: '' };
  const now = new Date('2026-10-31T23:30:00.000Z');

  test('the clock is that of the zone', () => {
    expect(new Date('2026-10-31T23:30:00.000Z').getHours()).toBe(hour);
  });

  test('periods are days of UTC', () => {
    expect(spanOf('today', none, now)).toEqual({
      since: '2026-10-31T00:00:00.000Z',
      until: '2026-11-01T00:00:00.000Z',
    });
    expect(spanOf('month', none, now)).toEqual({
      since: '2026-10-01T00:00:00.000Z',
      until: '2026-11-01T00:00:00.000Z',
    });
    expect(spanOf('last-month', none, now)?.since).toBe('2026-09-01T00:00:00.000Z');
    expect(spanOf('year', none, now)?.until).toBe('2027-01-01T00:00:00.000Z');
    expect(spanOf('custom', { from: '2026-10-05', to: '2026-10-05' }, now)).toEqual({
      since: '2026-10-05T00:00:00.000Z',
      until: '2026-10-06T00:00:00.000Z',
    });
  });

  test.each([
    { from: '2026-10-06', to: '2026-10-05' },
    { from: '2026-02-30', to: '' },
    { from: '12026-01-01', to: '' },
    { from: '', to: 'record 5' },
  ])('%j is not a span', (days) => {
    expect(spanOf('custom', days, now)).toBe(null);
  });
});

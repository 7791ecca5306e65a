import { expect, it } from 'vitest';
import { aboutRecord } from './render-words.ts';

it('prints what settings were changed to', () => {
  const about = aboutRecord(
    {
      seq: 7,
      time: '2026-01-01T00:00:00.000Z',
      clock: 'system',
      actor: { user: 'officer', host: 'desk', app: 'claviger/0.1.0', token: null },
      action: 'settings.change',
      subject: {},
      outcome: 'ok',
      details: { lockWithSystem: { before: true, after: false } },
    },
    new Map(),
  );
  expect(about.facts.replaceAll('\u00a0', ' ')).toBe('does not lock with the computer');
});

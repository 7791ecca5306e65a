import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  keyActs,
  isVersionAct,
  periodEnd,
  type RotationFacts,
  rotationDue,
  stateAfter,
  type VersionAct,
  versionActs,
} from './key-life.ts';
import { type KeyState, keyStates } from './keys.ts';

const refused = {
  activate: null,
  suspend: null,
  resume: null,
  deactivate: null,
  compromise: null,
  'schedule-destroy': null,
  'cancel-destroy': null,
} as const;

/** Written out by hand from NIST SP 800-57 part 1 rev. 5, §7: every state with every act. */
const table: Record<KeyState, Record<VersionAct, KeyState | null>> = {
  'pre-activation': {
    ...refused,
    activate: 'active',
    compromise: 'compromised',
    'schedule-destroy': 'suspended',
  },
  active: {
    ...refused,
    suspend: 'suspended',
    deactivate: 'deactivated',
    compromise: 'compromised',
    'schedule-destroy': 'suspended',
  },
  suspended: {
    ...refused,
    resume: 'active',
    deactivate: 'deactivated',
    compromise: 'compromised',
    'schedule-destroy': 'suspended',
  },
  deactivated: { ...refused, compromise: 'compromised', 'schedule-destroy': 'suspended' },
  compromised: { ...refused, 'schedule-destroy': 'suspended' },
  destroyed: refused,
};

it.each(keyStates.flatMap((state) => versionActs.map((act) => [state, act] as const)))(
  '%s: %s',
  (state, act) => {
    const place = { state, isNewest: true, beforeDestroy: null };
    expect(stateAfter(act, place)).toBe(table[state][act]);
  },
);

it('never lets an older version encrypt again', () => {
  for (const state of keyStates)
    for (const beforeDestroy of [null, 'active'] as const)
      for (const act of versionActs)
        expect(stateAfter(act, { state, isNewest: false, beforeDestroy })).not.toBe('active');
  const older = { state: 'suspended', isNewest: false, beforeDestroy: null } as const;
  expect(stateAfter('resume', older)).toBe('deactivated');
});

describe('a version that is to be destroyed', () => {
  const before = keyStates.filter((state) => state !== 'destroyed');

  it.each(before)('and was %s returns to that if the destruction is cancelled', (state) => {
    const place = { state: 'suspended', isNewest: true, beforeDestroy: state } as const;
    expect(stateAfter('cancel-destroy', place)).toBe(state);
  });

  it.each(before)('and was %s stays suspended until then', (state) => {
    const place = { state: 'suspended', isNewest: true, beforeDestroy: state } as const;
    const allowed = versionActs.filter((act) => stateAfter(act, place) !== null);
    const compromise = state === 'compromised' ? [] : ['compromise'];
    expect(allowed).toEqual([...compromise, 'cancel-destroy']);
    if (state !== 'compromised') expect(stateAfter('compromise', place)).toBe('suspended');
  });
});

it('distinguishes actions on a version from actions on the whole key', () => {
  expect(keyActs.filter((act) => !isVersionAct(act))).toEqual([
    'rotate',
    'protect',
    'unprotect',
    'period',
  ]);
});

describe('a rotation', () => {
  const start = Date.UTC(2026, 0, 1);
  const activated = new Date(start).toISOString();
  const key: RotationFacts = { state: 'active', activated, periodDays: 100, seals: null };
  const on = (day: number, facts = key): unknown => rotationDue(facts, start + day * DAY_MS);

  it('is due in the last tenth of the cryptoperiod, and overdue after it', () => {
    expect(on(89)).toBeNull();
    expect(on(90)).toEqual({ state: 'due', because: 'period' });
    expect(on(100)).toEqual({ state: 'overdue', because: 'period' });
    expect(periodEnd(key)).toBe('2026-04-11T00:00:00.000Z');
  });

  it('is due near the encryption limit', () => {
    const seals = { used: 90, limit: 100 };
    expect(on(1, { ...key, seals })).toEqual({ state: 'due', because: 'seals' });
    expect(on(1, { ...key, seals: { used: 89, limit: 100 } })).toBeNull();
  });

  it('is never due for a key without a period, or that is not active', () => {
    expect(on(9_999, { ...key, periodDays: null })).toBeNull();
    expect(on(9_999, { ...key, activated: null })).toBeNull();
    for (const state of keyStates)
      if (state !== 'active') expect(on(9_999, { ...key, state })).toBeNull();
    expect(periodEnd({ activated, periodDays: null })).toBeNull();
  });
});

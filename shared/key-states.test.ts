import { expect, it } from 'vitest';
import { type KeyAct, keyActs, type KeyState, keyStates, stateAfter } from './keys.ts';

/** Written out by hand from NIST SP 800-57 part 1 rev. 5, §7: every state with every act. */
const table: Record<KeyState, Record<KeyAct, KeyState | null>> = {
  'pre-activation': { suspend: null, resume: null, deactivate: null, compromise: 'compromised' },
  active: {
    suspend: 'suspended',
    resume: null,
    deactivate: 'deactivated',
    compromise: 'compromised',
  },
  suspended: {
    suspend: null,
    resume: 'active',
    deactivate: 'deactivated',
    compromise: 'compromised',
  },
  deactivated: { suspend: null, resume: null, deactivate: null, compromise: 'compromised' },
  compromised: { suspend: null, resume: null, deactivate: null, compromise: null },
  destroyed: { suspend: null, resume: null, deactivate: null, compromise: null },
};

it.each(keyStates.flatMap((state) => keyActs.map((act) => [state, act] as const)))(
  '%s: %s',
  (state, act) => {
    expect(stateAfter(act, state, 'newest')).toBe(table[state][act]);
  },
);

it('never lets an older version encrypt again', () => {
  for (const state of keyStates)
    for (const act of keyActs) expect(stateAfter(act, state, 'older')).not.toBe('active');
  expect(stateAfter('resume', 'suspended', 'older')).toBe('deactivated');
});

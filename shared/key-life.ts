import type { AtPeriodEnd, KeyState } from './keys.ts';

/** What an officer does with one version of a key, the newest if none is named. */
export const versionActs = [
  'activate',
  'suspend',
  'resume',
  'deactivate',
  'compromise',
  'schedule-destroy',
  'cancel-destroy',
] as const;
export type VersionAct = (typeof versionActs)[number];

/** What an officer does with a key after it was created. */
export const keyActs = ['rotate', ...versionActs, 'protect', 'unprotect', 'period'] as const;
export type KeyAct = (typeof keyActs)[number];

export const isVersionAct = (act: KeyAct): act is VersionAct =>
  versionActs.some((each) => each === act);

/** Every act but the one that must be confirmed by typing. */
export type PlainKeyAct = Exclude<KeyAct, 'schedule-destroy'>;
export const plainKeyActs = keyActs.filter((act) => act !== 'schedule-destroy');

/** Why. Free text may follow. */
export const keyReasons = [
  'scheduled',
  'replaced',
  'not-needed',
  'person-left',
  'suspected-misuse',
  'disclosed',
  'resolved',
  'other',
] as const;
export type KeyReason = (typeof keyReasons)[number];

/** The reason if none is given; null: one must be given. */
export const usualReasons: Readonly<Record<KeyAct, KeyReason | null>> = {
  activate: 'scheduled',
  rotate: 'scheduled',
  suspend: null,
  resume: null,
  deactivate: null,
  compromise: null,
  'schedule-destroy': null,
  'cancel-destroy': 'other',
  protect: 'other',
  unprotect: 'other',
  period: 'other',
};

/** A version of a key as far as it decides what may be done with it. */
export interface VersionPlace {
  readonly state: KeyState;
  readonly isNewest: boolean;
  /** The state before its destruction was scheduled; null if it is not scheduled. */
  readonly beforeDestroy: KeyState | null;
}

/**
 * Where each act leads from each state (NIST SP 800-57 part 1 rev. 5, §7); what is not here is
 * refused. A version to be destroyed is suspended at once, so that whoever still needs it notices
 * in time.
 */
const transitions: Readonly<
  Record<Exclude<VersionAct, 'cancel-destroy'>, Partial<Record<KeyState, KeyState>>>
> = {
  activate: { 'pre-activation': 'active' },
  suspend: { active: 'suspended' },
  resume: { suspended: 'active' },
  deactivate: { active: 'deactivated', suspended: 'deactivated' },
  compromise: {
    'pre-activation': 'compromised',
    active: 'compromised',
    suspended: 'compromised',
    deactivated: 'compromised',
  },
  'schedule-destroy': {
    'pre-activation': 'suspended',
    active: 'suspended',
    suspended: 'suspended',
    deactivated: 'suspended',
    compromised: 'suspended',
  },
};

/** The state after an act; null: the act is refused. */
export const stateAfter = (act: VersionAct, place: VersionPlace): KeyState | null => {
  const after = stateOfNewest(act, place);
  // An older version never encrypts again.
  return after === 'active' && !place.isNewest ? 'deactivated' : after;
};

const stateOfNewest = (
  act: VersionAct,
  { state, beforeDestroy }: VersionPlace,
): KeyState | null => {
  if (act === 'cancel-destroy') return state === 'destroyed' ? null : beforeDestroy;
  if (beforeDestroy !== null)
    return act === 'compromise' && beforeDestroy !== 'compromised' ? 'suspended' : null;
  return transitions[act][state] ?? null;
};

/** Days of a key's cryptoperiod. */
export const periodDays = { least: 1, most: 3_650 } as const;

/** Days between the decision to destroy a version and its destruction. */
export const waitingDays = { least: 1, most: 90, usual: 7 } as const;

/** How much of a period or an encryption limit is used up when a rotation becomes due. */
const DUE_SHARE = 0.9;

export const DAY_MS = 86_400_000;

export interface Rotation {
  readonly state: 'due' | 'overdue';
  readonly because: 'period' | 'seals';
}

export interface RotationFacts {
  /** Of the newest version. */
  readonly state: KeyState;
  /** Of the newest version; null if it was never active. UTC, ISO 8601. */
  readonly activated: string | null;
  readonly periodDays: number | null;
  /** Encryptions and their limit; null if they are not counted. */
  readonly seals: { readonly used: number; readonly limit: number } | null;
}

/** When the newest version's cryptoperiod ends, UTC, ISO 8601; null if it has no end. */
export const periodEnd = ({
  activated,
  periodDays: days,
}: Pick<RotationFacts, 'activated' | 'periodDays'>): string | null =>
  activated === null || days === null
    ? null
    : new Date(Date.parse(activated) + days * DAY_MS).toISOString();

/** Whether a key should be rotated; null: not yet. Only an active version is ever due. */
export const rotationDue = (facts: RotationFacts, now: number): Rotation | null => {
  if (facts.state !== 'active') return null;
  const { activated, periodDays: days, seals } = facts;
  if (activated !== null && days !== null) {
    const share = (now - Date.parse(activated)) / (days * DAY_MS);
    if (share >= 1) return { state: 'overdue', because: 'period' };
    if (share >= DUE_SHARE) return { state: 'due', because: 'period' };
  }
  return seals !== null && seals.used >= seals.limit * DUE_SHARE
    ? { state: 'due', because: 'seals' }
    : null;
};

/** Whether a key must not encrypt any more because its period is over. */
export const isPastPeriod = (
  {
    atPeriodEnd,
    ...key
  }: Pick<RotationFacts, 'activated' | 'periodDays'> & {
    readonly atPeriodEnd: AtPeriodEnd;
  },
  now: number,
): boolean => {
  const end = periodEnd(key);
  return atPeriodEnd === 'refuse' && end !== null && Date.parse(end) <= now;
};

/** What could be done with a key now, as far as its states decide it; for buttons. */
export const possibleActs = (
  key: { readonly state: KeyState; readonly protected: boolean },
  versions: readonly VersionPlace[],
): readonly KeyAct[] => {
  if (versions.every(({ state }) => state === 'destroyed')) return [];
  return keyActs.filter((act) => {
    if (isVersionAct(act)) return versions.some((place) => stateAfter(act, place) !== null);
    switch (act) {
      case 'rotate':
        return key.state !== 'destroyed' && key.state !== 'pre-activation';
      case 'protect':
        return !key.protected;
      case 'unprotect':
        return key.protected;
      case 'period':
        return true;
    }
  });
};

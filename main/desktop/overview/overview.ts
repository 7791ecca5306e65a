import type { Output } from '../../../shared/contract.ts';
import type { Attention, Overview } from '../../../shared/contract/overview.ts';
import type { KeyRow } from '../../../shared/contract/keys.ts';
import type { Session } from '../../../shared/contract/session.ts';
import { keyStates } from '../../../shared/keys.ts';
import type { FileActivity } from '../../audit/index.ts';
import { type OpenVault, rowsOf } from '../vault/index.ts';
import { listKeys, sealsOf } from '../keys/index.ts';
import { defaults, type SettingsValues } from '../settings/index.ts';

const DAYS = 30;
const RECENT = 12;
/** Percentage of a version's encryption limit after which its key should be rotated. */
const SEALS_WARNING = 80;
/** The ledger should be verified again after this many days. */
const VERIFY_DAYS = 7;

export const overviewOf = async (
  open: OpenVault,
  session: Session,
  unfinished: Output<'batch.unfinished'>,
  settings: SettingsValues,
): Promise<Overview> => {
  const index = await open.vault.audit();
  const keys = await listKeys(open);
  const days = lastDays(new Date());
  const since = days[0]?.start ?? new Date();
  const recent = await index.query({ actsOnly: true, limit: RECENT });
  return {
    session,
    keys: keys.length,
    keysByState: keyStates.map((state) => ({
      state,
      keys: keys.filter((key) => key.state === state).length,
    })),
    activity: activityOf(days, await index.activity(since.getTime())),
    attention: await attentionOf(open, { session, keys, unfinished, settings }),
    recent: await rowsOf(recent.lines, open),
  };
};

interface Day {
  readonly name: string;
  readonly start: Date;
}

/** Days start at midnight, local time. */
const lastDays = (now: Date): Day[] =>
  Array.from({ length: DAYS }, (_, i) => {
    const back = DAYS - 1 - i;
    const start = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back);
    return { name: dayName(start), start };
  });

const dayName = (date: Date): string => {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

const activityOf = (
  days: readonly Day[],
  activity: readonly FileActivity[],
): Overview['activity'] => {
  const named = activity.map((each) => ({ ...each, day: dayName(new Date(each.startMs)) }));
  return days.map(({ name }) => {
    const ofDay = named.filter(({ day }) => day === name);
    const count = (fits: (each: FileActivity) => boolean): number =>
      ofDay.filter(fits).reduce((sum, { files }) => sum + files, 0);
    const done = (action: string): number =>
      count((each) => each.action === action && each.outcome === 'ok');
    return {
      day: name,
      encrypted: done('file.encrypt'),
      decrypted: done('file.decrypt'),
      verified: done('file.verify'),
      failed: count(({ outcome }) => outcome !== 'ok'),
    };
  });
};

interface Facts {
  readonly session: Session;
  readonly keys: readonly KeyRow[];
  readonly unfinished: Output<'batch.unfinished'>;
  readonly settings: SettingsValues;
}

/** Most urgent first. */
const attentionOf = async (open: OpenVault, facts: Facts): Promise<Attention[]> => {
  const { session, keys, unfinished, settings } = facts;
  const { verification } = session.ledger;
  const items: Attention[] = open.rollback === null ? [] : [{ kind: 'rolled-back' }];
  if (verification.state === 'damaged') items.push({ kind: 'ledger-damaged' });
  if (open.rollback !== null) return items;
  for (const { kind } of open.session.findings) items.push({ kind: 'finding', finding: kind });
  const { pinState } = session.token;
  if (pinState === 'count-low' || pinState === 'final-try')
    items.push({ kind: 'pin-tries', state: pinState });
  items.push(...(await lately(open)), ...weakSettings(settings));
  for (const { id, name, state, files } of keys)
    if (state === 'compromised' && files > 0)
      items.push({ kind: 'key-compromised', key: id, name, files });
  items.push(...destructionItems(open), ...rotationItems(keys), ...sealItems(open, keys));
  for (const { id, files } of unfinished)
    items.push({ kind: 'batch-unfinished', batch: id, files });
  if (!open.isEvaluation && !(await hasLossPlan(open))) items.push({ kind: 'no-loss-plan' });
  if (keys.length === 0) items.push({ kind: 'no-keys' });
  if (verification.state === 'none' && !(await wasVerified(open)))
    items.push({ kind: 'not-verified' });
  return items;
};

/** How long problems are shown. */
const LATELY_DAYS = 7;

const lately = async ({ vault }: OpenVault): Promise<Attention[]> => {
  const index = await vault.audit();
  const since = new Date(Date.now() - LATELY_DAYS * 86_400_000).toISOString();
  const count = async (action: string, outcome: 'refused' | 'failed'): Promise<number> =>
    (await index.query({ action, outcome, since, limit: 1 })).total;
  const tries = await count('token.login', 'refused');
  const files = (await count('file.verify', 'failed')) + (await count('file.decrypt', 'failed'));
  return [
    ...(tries === 0 ? [] : [{ kind: 'pins-refused' as const, tries }]),
    ...(files === 0 ? [] : [{ kind: 'files-failed' as const, files }]),
  ];
};

const longest = ['autoLockMinutes', 'cacheIdleMinutes', 'cacheMinutes'] as const;

const weakSettings = (settings: SettingsValues): Attention[] => [
  ...longest.flatMap((setting) => {
    const minutes = settings[setting];
    return minutes > defaults[setting] ? [{ kind: 'setting-weak' as const, setting, minutes }] : [];
  }),
  ...(settings.lockWithSystem
    ? []
    : [{ kind: 'setting-weak' as const, setting: 'lockWithSystem' as const, minutes: 0 }]),
];

const destructionItems = ({ vault }: OpenVault): Attention[] =>
  vault.tables.keys
    .list()
    .flatMap(({ id, name }) =>
      vault.tables.keys
        .versions(id)
        .flatMap(({ version, destroys, postponed }) =>
          destroys === null
            ? []
            : [{ kind: 'key-destruction', key: id, name, version, at: destroys, postponed }],
        ),
    );

const rotationItems = (keys: readonly KeyRow[]): Attention[] =>
  keys.flatMap(({ id, name, rotation, periodEnds }) =>
    rotation?.because === 'period' && periodEnds !== null
      ? [{ kind: 'key-rotation', key: id, name, state: rotation.state, ends: periodEnds }]
      : [],
  );

const sealItems = (open: OpenVault, keys: readonly KeyRow[]): Attention[] =>
  keys.flatMap((key) => {
    const seals = key.state === 'active' ? sealsOf(open, key) : null;
    const percent = seals === null ? 0 : Math.floor((seals.used * 100) / seals.limit);
    const { id, name } = key;
    return percent >= SEALS_WARNING ? [{ kind: 'key-seals', key: id, name, percent }] : [];
  });

const hasLossPlan = async ({ vault }: OpenVault): Promise<boolean> => {
  const index = await vault.audit();
  return (await index.query({ action: 'vault.loss-plan', limit: 1 })).total > 0;
};

const wasVerified = async ({ vault }: OpenVault): Promise<boolean> => {
  const index = await vault.audit();
  const since = new Date(Date.now() - VERIFY_DAYS * 86_400_000).toISOString();
  const action = 'window.audit.verify';
  return (await index.query({ action, outcome: 'ok', since, limit: 1 })).total > 0;
};

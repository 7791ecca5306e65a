import { counted } from '../../shared/numbers.ts';
import { failedBatches, unfinishedBatches } from '../batch/index.ts';
import { rotationOf } from '../keys/index.ts';
import type { LedgerVerdict, VaultStatus } from '../vault/index.ts';
import { formatSeconds } from './format.ts';

/** `failed`: not to be relied on. `attention`: somebody should look at it. */
export type Level = 'ok' | 'attention' | 'failed';

export interface Reason {
  readonly level: Exclude<Level, 'ok'>;
  /** Without a full stop. */
  readonly text: string;
}

/** What a monitor reads about a vault. */
export interface VaultState {
  readonly level: Level;
  /** Most urgent first. */
  readonly reasons: readonly Reason[];
  readonly use: Use;
  readonly ledger: {
    readonly verified: boolean;
    readonly records: number;
    readonly root: string;
    readonly findings: number;
    /** Records that no checkpoint covers yet. */
    readonly unsigned: number;
  };
  readonly checkpoint: {
    readonly records: number;
    /** When the newest record that it covers was written, UTC. */
    readonly time: string | null;
    readonly ageSeconds: number | null;
  } | null;
  readonly batches: { readonly interrupted: number; readonly failed: number };
  readonly keys: {
    readonly total: number;
    /** Names of keys that should be rotated soon, and of those past their cryptoperiod. */
    readonly due: readonly string[];
    readonly overdue: readonly string[];
    /** Destructions whose date came while the clock could not be checked. */
    readonly postponed: number;
  };
}

/**
 * `unlocked` and `open`: another program has the vault open now, unlocked or locked. `interrupted`:
 * the last session ended without a lock. `unknown`: a program elsewhere may have it open.
 */
export type Use = 'locked' | 'open' | 'unlocked' | 'interrupted' | 'unknown';

export interface Limits {
  readonly now: Date;
  /** From this age of the newest checkpoint on somebody should look; null: from none. */
  readonly checkpointDays: number | null;
}

const DAY_SECONDS = 86_400;

export const stateOf = (
  status: VaultStatus,
  verdict: LedgerVerdict,
  limits: Limits,
): VaultState => {
  const use = useOf(status);
  const isVerified = verdict.findings.every(({ kind }) => kind !== 'damage');
  const checkpoint = checkpointOf(status, limits.now);
  const batches = {
    // While a program works with the vault they are running.
    interrupted: use === 'unlocked' ? 0 : unfinishedBatches(status).length,
    failed: failedBatches(status).length,
  };
  const keys = keysOf(status, limits.now);
  const reasons = [
    ...ledgerReasons(status, verdict, isVerified),
    ...checkpointReasons(checkpoint, limits),
    ...(use === 'interrupted' ? [attention('the last session ended without a lock')] : []),
    ...batchReasons(batches),
    ...keyReasons(keys),
    ...masterReasons(status, use),
  ];
  return {
    level: reasons.some(({ level }) => level === 'failed')
      ? 'failed'
      : reasons.length > 0
        ? 'attention'
        : 'ok',
    reasons,
    use,
    ledger: {
      verified: isVerified,
      records: verdict.size,
      root: verdict.root,
      findings: verdict.total,
      unsigned: verdict.size - verdict.signed,
    },
    checkpoint,
    batches,
    keys,
  };
};

const attention = (text: string): Reason => ({ level: 'attention', text });
const failed = (text: string): Reason => ({ level: 'failed', text });

const useOf = ({ holder, isOpen }: VaultStatus): Use => {
  if (holder === 'unknown') return 'unknown';
  if (holder === 'live') return isOpen ? 'unlocked' : 'open';
  return isOpen ? 'interrupted' : 'locked';
};

const checkpointOf = ({ checkpoint }: VaultStatus, now: Date): VaultState['checkpoint'] => {
  if (checkpoint === null) return null;
  const { size: records, time } = checkpoint;
  const ageSeconds =
    time === null ? null : Math.max(0, Math.floor((now.getTime() - Date.parse(time)) / 1000));
  return { records, time, ageSeconds };
};

const ledgerReasons = (
  { rollback, isReadOnly }: VaultStatus,
  { total }: LedgerVerdict,
  isVerified: boolean,
): Reason[] => [
  ...(isVerified
    ? []
    : [failed(`the ledger or the keystore is damaged (${counted(total, 'finding')})`)]),
  ...rollback.slice(0, 1).map(({ problem }) => failed(problem.replace(/\.$/, ''))),
  ...(isReadOnly
    ? [failed('a rollback was found: it is read-only until somebody accepts it')]
    : []),
];

const checkpointReasons = (
  checkpoint: VaultState['checkpoint'],
  { checkpointDays }: Limits,
): Reason[] => {
  if (checkpoint === null) return [attention('no checkpoint is signed')];
  const { ageSeconds } = checkpoint;
  return checkpointDays === null || ageSeconds === null || ageSeconds < checkpointDays * DAY_SECONDS
    ? []
    : [attention(`the newest checkpoint is ${ageWords(ageSeconds)} old`)];
};

const batchReasons = ({ interrupted, failed: withFailures }: VaultState['batches']): Reason[] => [
  ...(interrupted === 0
    ? []
    : [attention(counted(interrupted, 'interrupted batch', 'interrupted batches'))]),
  ...(withFailures === 0
    ? []
    : [attention(`${counted(withFailures, 'batch', 'batches')} with failed files`)]),
];

const keysOf = ({ tables }: VaultStatus, now: Date): VaultState['keys'] => {
  const keys = tables.keys.list();
  const rotating = (state: 'due' | 'overdue'): string[] =>
    keys.filter((key) => rotationOf(tables, key, now)?.state === state).map(({ name }) => name);
  const versions = keys.flatMap(({ id }) => tables.keys.versions(id));
  return {
    total: keys.length,
    due: rotating('due'),
    overdue: rotating('overdue'),
    postponed: versions.filter(({ state, postponed }) => postponed && state !== 'destroyed').length,
  };
};

const keyReasons = ({ due, overdue, postponed }: VaultState['keys']): Reason[] => [
  ...(overdue.length === 0
    ? []
    : [attention(`${counted(overdue.length, 'key')} overdue for rotation`)]),
  ...(due.length === 0 ? [] : [attention(`${counted(due.length, 'key')} due for rotation`)]),
  ...(postponed === 0
    ? []
    : [attention(`${counted(postponed, 'postponed destruction')} to be confirmed`)]),
];

const masterReasons = ({ tables }: VaultStatus, use: Use): Reason[] =>
  tables.meta.masterRotation() === null || use === 'unlocked'
    ? []
    : [attention('a rotation of the master keys is unfinished: the next unlock settles it')];

export const ageWords = (seconds: number): string => {
  const days = Math.floor(seconds / DAY_SECONDS);
  return days > 0 ? counted(days, 'day') : formatSeconds(seconds);
};

import { plainKeyActs } from '../../shared/key-life.ts';
import type { Command } from './command.ts';

/** The name of a command, and how to load its code. */
export interface NamedCommand {
  /** One or two words. */
  readonly name: string;
  readonly load: () => Promise<Command>;
}

const audit = () => import('./commands/audit.ts');
const batch = () => import('./commands/batch.ts');
const checkpoint = () => import('./commands/checkpoint.ts');
const key = () => import('./commands/key.ts');
const keyDestroy = () => import('./commands/key-destroy.ts');
const keyLife = () => import('./commands/key-life.ts');
const master = () => import('./commands/master.ts');
const report = () => import('./commands/report.ts');
const resume = () => import('./commands/resume.ts');
const rewrap = () => import('./commands/rewrap.ts');
const token = () => import('./commands/token.ts');

/**
 * Each command is loaded alone: loading all of them takes longer than encrypting a few hundred
 * files. If one name is the start of another, the longer one comes first.
 */
export const commands: readonly NamedCommand[] = [
  { name: 'init', load: async () => (await import('./commands/init.ts')).initCommand },
  { name: 'trust', load: async () => (await import('./commands/trust.ts')).trustCommand },
  { name: 'status', load: async () => (await import('./commands/status.ts')).statusCommand },
  { name: 'token list', load: async () => (await token()).tokenListCommand },
  { name: 'token probe', load: async () => (await token()).tokenProbeCommand },
  {
    name: 'token pin',
    load: async () => (await import('./commands/token-pin.ts')).tokenPinCommand,
  },
  {
    name: 'reconcile',
    load: async () => (await import('./commands/reconcile.ts')).reconcileCommand,
  },
  { name: 'key create', load: async () => (await key()).keyCreateCommand },
  { name: 'key list', load: async () => (await key()).keyListCommand },
  { name: 'key show', load: async () => (await key()).keyShowCommand },
  ...plainKeyActs.map((act) => ({
    name: `key ${act}`,
    load: async () => (await keyLife()).keyActCommand(act),
  })),
  {
    name: 'key waiting-period',
    load: async () => (await import('./commands/waiting-period.ts')).waitingPeriodCommand,
  },
  { name: 'key destroy', load: async () => (await keyDestroy()).keyDestroyCommand },
  { name: 'master rotate', load: async () => (await master()).masterRotateCommand },
  { name: 'master compromise', load: async () => (await master()).masterCompromiseCommand },
  { name: 'encrypt', load: async () => (await batch()).encryptCommand },
  { name: 'decrypt', load: async () => (await batch()).decryptCommand },
  { name: 'verify', load: async () => (await batch()).verifyCommand },
  { name: 'survey', load: async () => (await import('./commands/survey.ts')).surveyCommand },
  { name: 'rewrap', load: async () => (await rewrap()).rewrapCommand },
  { name: 'reencrypt', load: async () => (await rewrap()).reencryptCommand },
  { name: 'resume', load: async () => (await resume()).resumeCommand },
  { name: 'retry', load: async () => (await resume()).retryCommand },
  { name: 'inspect', load: async () => (await import('./commands/inspect.ts')).inspectCommand },
  { name: 'audit list', load: async () => (await audit()).auditListCommand },
  { name: 'audit verify', load: async () => (await audit()).auditVerifyCommand },
  { name: 'report verify', load: async () => (await report()).reportVerifyCommand },
  { name: 'report', load: async () => (await report()).reportCommand },
  { name: 'checkpoint show', load: async () => (await checkpoint()).checkpointShowCommand },
  { name: 'checkpoint write', load: async () => (await checkpoint()).checkpointWriteCommand },
  { name: 'checkpoint compare', load: async () => (await checkpoint()).checkpointCompareCommand },
  {
    name: 'checkpoint timestamp',
    load: async () => (await checkpoint()).checkpointTimestampCommand,
  },
  { name: 'recover', load: async () => (await import('./commands/recover.ts')).recoverCommand },
];

export const loadAll = (some: readonly NamedCommand[]): Promise<Command[]> =>
  Promise.all(some.map(({ load }) => load()));

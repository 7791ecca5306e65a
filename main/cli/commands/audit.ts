import { actionName } from '../../../shared/messages/actions.ts';
import { notACount } from '../../../shared/messages/failures/cli.ts';
import { counted, n } from '../../../shared/numbers.ts';
import type { AuditFilter } from '../../audit/index.ts';
import { jsonOf, type LedgerRecord } from '../../ledger/index.ts';
import { type LedgerVerdict, type Vault, verifyInThread } from '../../vault/index.ts';
import { actionNotes } from '../action-notes.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTable } from '../table.ts';
import { describeSpan, spanOf, spanOptions } from '../time.ts';
import { vaultDirOf, viewVault, printResult } from '../with-vault.ts';

const outcomes = ['ok', 'refused', 'failed'] as const;
const DEFAULT_LIMIT = 50;

export const auditListCommand: Command = {
  name: 'audit list',
  summary: 'search the ledger, newest records first; the search is recorded',
  usage:
    '[--since TIME] [--until TIME] [--key NAME] [--action ACTION] [--outcome OUTCOME] [--limit N]',
  notes: actionNotes,
  options: {
    ...spanOptions,
    key: { type: 'string', value: 'NAME', help: 'records about this key (name or ID)' },
    action: {
      type: 'string',
      value: 'ACTION',
      help: 'like file.encrypt, key.create, vault.unlock',
    },
    outcome: { type: 'string', value: outcomes.join('|'), help: 'how the action ended' },
    text: { type: 'string', value: 'TEXT', help: 'records that contain this text' },
    limit: { type: 'string', value: 'N', help: `show at most N records (${DEFAULT_LIMIT})` },
  },
  run: (args, context) =>
    viewVault(context, async (vault) => {
      const filter = filterOf(args, vault);
      const { lines, total } = await (await vault.audit()).query(filter);
      const details = { ...filter, found: total };
      await vault.recordLook({ action: 'audit.view', subject: {}, outcome: 'ok', details });
      const records = lines.map(({ record }) => record);
      const times = describeSpan(filter);
      const span = times === '' ? '' : `, ${times}`;
      const count = `${counted(records.length, 'record')} of ${n(total)}${span}`;
      const none = [`No matching records${span}.`];
      const shown = records.length === 0 ? none : [...tableOf(records), count];
      printResult(context, { records: records.map(jsonOf), total }, shown);
      return exitCodes.done;
    }),
};

const filterOf = (args: Arguments, vault: Vault): AuditFilter => {
  const key = args.text('key');
  const action = args.text('action');
  const outcome = args.choice('outcome', outcomes);
  const text = args.text('text');
  return {
    ...spanOf(args),
    ...(key === undefined ? {} : { key: vault.tables.keys.get(key).id }),
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(text === undefined ? {} : { text }),
    limit: limitOf(args),
  };
};

const limitOf = (args: Arguments): number => {
  const text = args.text('limit');
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw notACount('limit', text);
};

const tableOf = (records: readonly LedgerRecord[]): string[] =>
  formatTable(
    ['SEQ', 'TIME (UTC)', 'ACTION', 'OUTCOME', 'WHO', 'ABOUT'],
    records.map((record) => [
      String(record.seq),
      record.time.slice(0, 19).replace('T', ' '),
      actionName(record.action),
      record.code === undefined ? record.outcome : `${record.outcome}: ${record.code}`,
      `${record.actor.user}@${record.actor.host}`,
      aboutOf(record),
    ]),
  );

const aboutOf = ({ subject }: LedgerRecord): string => {
  const names = ['input', 'name', 'output', 'key', 'batch', 'scope', 'vault'];
  const name = names.find((each) => subject[each] !== undefined);
  const value = name === undefined ? undefined : subject[name];
  return typeof value === 'string' ? value : '';
};

export const auditVerifyCommand: Command = {
  name: 'audit verify',
  summary: 'verify every record of the ledger, and that the keystore matches it; no PIN is needed',
  usage: '',
  options: {},
  run: async (_args, context) => {
    const vaultDir = vaultDirOf(context);
    const verdict = await verifyInThread(vaultDir, { signal: context.signal });
    const sound = verdict.findings.every(({ kind }) => kind !== 'damage');
    const head = { size: verdict.size, root: verdict.root };
    printResult(
      context,
      {
        verified: sound,
        ...head,
        signed: verdict.signed,
        checkpoints: verdict.checkpoints,
        findings: verdict.findings,
        total: verdict.total,
      },
      describeVerdict(verdict, head.root, sound),
    );
    if (sound) await recordVerification(context, head);
    return sound ? exitCodes.done : exitCodes.unverified;
  },
};

const recordVerification = (
  context: Parameters<Command['run']>[1],
  head: { readonly size: number; readonly root: string },
): Promise<unknown> =>
  viewVault(context, (vault) =>
    vault.recordLook({ action: 'audit.verify', subject: {}, outcome: 'ok', details: head }),
  );

const describeVerdict = (verdict: LedgerVerdict, root: string, sound: boolean): string[] => {
  const findings = verdict.findings.map(({ record, byte, problem }) => {
    const where = [
      ...(record === null ? [] : [`record ${n(record)}`]),
      ...(byte === null ? [] : [`byte ${n(byte)}`]),
    ];
    return `  ${where.length === 0 ? '' : `${where.join(', ')}: `}${problem}`;
  });
  const count = counted(verdict.size, 'record');
  return [
    ...findings,
    `root ${root}`,
    signedWords(verdict),
    sound
      ? `The ledger is intact: ${count}, and the keystore matches it.`
      : `LEDGER VERIFICATION FAILED (${counted(verdict.total, 'finding')} in ${count}).`,
  ];
};

const signedWords = ({ size, signed, checkpoints }: LedgerVerdict): string => {
  if (checkpoints === 0) return 'No checkpoint of this ledger has been signed.';
  const open = size - signed;
  const rest =
    open === 0 ? 'all of it' : `${counted(open, 'record')} will be signed at the next unlock`;
  return `signed up to record ${n(signed)} (${rest}); ${counted(checkpoints, 'checkpoint')} compared`;
};

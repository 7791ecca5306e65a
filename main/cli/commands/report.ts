import { fingerprintFault } from '../../../shared/fingerprint.ts';
import { kindNames } from '../../../shared/messages/reports/document.ts';
import { counted, n } from '../../../shared/numbers.ts';
import { renderings, type Rendering, reportKinds } from '../../../shared/reports.ts';
import {
  badFingerprint,
  reportNotGiven,
  reportOutNotGiven,
} from '../../../shared/messages/failures/cli.ts';
import {
  exportReport,
  readReport,
  reportFiles,
  type ReportFilter,
  type ReportVerdict,
  requirePlaces,
  verifyReport,
} from '../../reports/index.ts';
import type { Vault } from '../../vault/index.ts';
import { actionNotes } from '../action-notes.ts';
import type { Arguments } from '../arguments.ts';
import { needOpen } from '../../session/index.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { describeSpan, spanOf, spanOptions } from '../time.ts';
import { withSession, printResult } from '../with-vault.ts';

export const reportCommand: Command = {
  name: 'report',
  summary: 'export a report that anyone can verify, without the vault',
  usage: '--out FILE.json [--kind KIND] [--csv] [--pdf] [filters]',
  notes: actionNotes,
  usesToken: true,
  options: {
    out: { type: 'string', value: 'FILE', help: 'the JSON file, the one that is verified' },
    kind: { type: 'string', value: 'KIND', help: `${reportKinds.join(', ')} (activity)` },
    title: { type: 'string', value: 'TEXT', help: 'title on the cover' },
    csv: { type: 'boolean', help: 'also write FILE.csv' },
    pdf: { type: 'boolean', help: 'also write FILE.pdf, signed with the report key' },
    ...spanOptions,
    key: { type: 'string', value: 'NAME', help: 'records about this key (name or ID)' },
    batch: { type: 'string', value: 'ID', help: 'records of this batch' },
    user: { type: 'string', value: 'NAME', help: 'records of actions by this user' },
    action: {
      type: 'string',
      value: 'ACTIONS',
      help: 'like key.create, or all of key. (several with commas)',
    },
    outcome: { type: 'string', value: 'ok|refused|failed', help: 'how the action ended' },
  },
  run: (args, context) => {
    const file = args.text('out');
    if (file === undefined) throw reportOutNotGiven();
    const kind = args.choice('kind', reportKinds) ?? 'activity';
    const also: readonly Rendering[] = renderings.filter((each) => args.flag(each));
    const places = reportFiles(file, also);
    return withSession(context, async (session) => {
      const filter = filterOf(args, session.vault);
      // Unlocking signs a checkpoint, so check first that the files can be written.
      await requirePlaces(places);
      needOpen(await session.unlock());
      const title = args.text('title') ?? kindNames[kind];
      const { signal } = context;
      const { report, files } = await exportReport(session, {
        ...{ kind, filter, title, file, also, signal },
      });
      const { counts, range } = report.statement;
      const span = describeSpan(filter);
      const lines = [
        ...files.map((each) => `${each.file}  ${each.sha256}`),
        `${n(counts.included)} of ${counted(counts.searched, 'record')} (${n(range.first)} to ${n(range.last)}), ` +
          `signed up to record ${n(report.checkpoints.closing.size)}`,
        ...(span === '' ? [] : [`times ${span}`]),
        `key fingerprint ${report.key.fingerprint}`,
      ];
      printResult(
        context,
        { files, statement: report.statement, fingerprint: report.key.fingerprint },
        lines,
      );
      return exitCodes.done;
    });
  },
};

const filterOf = (args: Arguments, vault: Vault): ReportFilter => {
  const key = args.text('key');
  const [batch, user, action] = [args.text('batch'), args.text('user'), args.text('action')];
  const outcome = args.choice('outcome', ['ok', 'refused', 'failed'] as const);
  return {
    ...spanOf(args),
    ...(key === undefined ? {} : { key: vault.tables.keys.get(key).id }),
    ...(batch === undefined ? {} : { batch }),
    ...(user === undefined ? {} : { user }),
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
  };
};

export const reportVerifyCommand: Command = {
  name: 'report verify',
  summary: 'verify a report; no PIN, vault or token is needed',
  takesArguments: true,
  usage: 'FILE [--previous FILE] [--key FINGERPRINT]',
  options: {
    previous: { type: 'string', value: 'FILE', help: 'the previous report' },
    key: {
      type: 'string',
      value: 'FINGERPRINT',
      help: 'fingerprint of the key, as you received it from the vault by another way',
    },
  },
  run: async (args, context) => {
    const [file] = args.positionals;
    if (file === undefined) throw reportNotGiven();
    const [previous, fingerprint] = [args.text('previous'), args.text('key')];
    const fault = fingerprint === undefined ? null : fingerprintFault(fingerprint);
    if (fault !== null) throw badFingerprint(fault);
    const verdict = verifyReport(await readReport(file, { pipes: true }), {
      ...(previous === undefined ? {} : { previous: await readReport(previous, { pipes: true }) }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    });
    const { genuine, checks, sha256 } = verdict;
    const document = { genuine, checks, sha256, fingerprint: verdict.fingerprint };
    printResult(context, document, describe(verdict, fingerprint !== undefined));
    return genuine ? exitCodes.done : exitCodes.unverified;
  },
};

/** People read the last lines, so fingerprint and verdict come last. */
const describe = (verdict: ReportVerdict, compared: boolean): string[] => {
  const { genuine, checks, sha256, fingerprint, report } = verdict;
  const limits = (report?.statement.limits ?? []).map((limit) => `  - ${limit}`);
  return [
    ...checks.map(({ name, ok, words }) => `${ok ? '  ok  ' : 'FALSE '} ${name}: ${words}`),
    ...(genuine ? ['It does not prove:', ...limits] : []),
    `SHA-256 of the file ${sha256}`,
    ...(fingerprint === null ? [] : [`key fingerprint ${fingerprint}`]),
    ...(genuine && !compared
      ? ['The fingerprint was NOT compared: anyone can create a key. Compare it with --key.']
      : []),
    genuine ? 'THE REPORT IS GENUINE.' : 'THE REPORT IS NOT GENUINE.',
  ];
};

import { notConfirmed } from '../../../shared/messages/failures/cli.ts';
import { kindNames } from '../../../shared/messages/token/objects.ts';
import { counted } from '../../../shared/numbers.ts';
import type { ObjectFinding, TokenComparison } from '../../engine/index.ts';
import {
  describeFinding,
  type DescribedFinding,
  isRemovable,
  needOpen,
  reconcileToken,
  removeFound,
  type VaultSession,
} from '../../session/index.ts';
import type { Arguments } from '../arguments.ts';
import type { CliContext, Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printResult, withSession } from '../with-vault.ts';

export const reconcileCommand: Command = {
  name: 'reconcile',
  summary: 'compare every object in the token with the keystore',
  usage: '[--remove-orphans [--confirm "remove N"]]',
  usesToken: true,
  options: {
    'remove-orphans': {
      type: 'boolean',
      help: 'remove what the keystore does not name, or what should have been destroyed',
    },
    confirm: {
      type: 'string',
      value: 'TEXT',
      help: 'what would be typed to confirm, for scripts: "remove 2"',
    },
  },
  notes:
    'Names, attributes and proofs are compared. Nothing is removed without being asked, and then each\n' +
    'object is recorded, destroyed and looked for. Exit codes: 0 nothing found, 1 something was found.',
  run: (args, context) =>
    withSession(context, async (session) => {
      needOpen(await session.unlock());
      const { vault } = session;
      const comparison = await reconcileToken(session);
      const found = comparison.findings.map((finding) => describeFinding(finding, vault));
      if (!args.flag('remove-orphans')) {
        printResult(context, documentOf(comparison, found, []), linesOf(comparison, found));
        return found.length === 0 ? exitCodes.done : exitCodes.attention;
      }
      if (!context.json) context.terminal.print(linesOf(comparison, found));
      const removed = await removeAll(session, context, args, comparison.findings);
      const left = comparison.findings.filter((finding) => !removed.includes(finding));
      const gone = removed.map((finding) => describeFinding(finding, vault));
      const document = documentOf(
        comparison,
        left.map((each) => describeFinding(each, vault)),
        gone,
      );
      printResult(context, document, [`${counted(gone.length, 'object')} removed.`]);
      return left.length === 0 ? exitCodes.done : exitCodes.attention;
    }),
};

const removeAll = async (
  session: VaultSession,
  context: CliContext,
  args: Arguments,
  findings: readonly ObjectFinding[],
): Promise<readonly ObjectFinding[]> => {
  const doomed = findings.filter((finding) => isRemovable(finding, session.vault));
  if (doomed.length === 0) return [];
  const wanted = `remove ${doomed.length}`;
  const typed =
    args.text('confirm') ??
    (await context.terminal.ask(
      `To remove ${counted(doomed.length, 'object')} from the token, type "${wanted}": `,
    ));
  if (typed?.trim() !== wanted) throw notConfirmed(wanted);
  for (const finding of doomed) await removeFound(session, finding);
  return doomed;
};

const documentOf = (
  { sound, otherVaults, others }: TokenComparison,
  findings: readonly DescribedFinding[],
  removed: readonly DescribedFinding[],
): object => ({ sound, otherVaults, others, findings, removed });

const linesOf = (
  { sound, otherVaults, others }: TokenComparison,
  found: readonly DescribedFinding[],
): string[] => [
  ...found.flatMap(({ kind, what, label, objectId, detail, next }) => [
    `${kindNames[kind].toUpperCase()}: ${what}`,
    `  CKA_LABEL ${label}, CKA_ID ${objectId}`,
    ...(detail === null ? [] : [`  ${detail}`]),
    `  ${next}`,
  ]),
  `${counted(sound, 'object')} as the keystore says, ${counted(found.length, 'finding')}. ` +
    `Not of this vault: ${otherVaults} of other vaults, ${others} of other programs.`,
];

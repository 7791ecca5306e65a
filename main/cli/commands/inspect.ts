import { formatBytes } from '../../../shared/bytes.ts';
import { notOneFile } from '../../../shared/messages/failures/cli.ts';
import { counted, n } from '../../../shared/numbers.ts';
import { inspectFile, type Inspection } from '../../engine/index.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTable } from '../table.ts';
import { printResult } from '../with-vault.ts';

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'show what the header of an encrypted file says; no PIN and no vault is needed',
  takesArguments: true,
  usage: 'FILE',
  options: {},
  notes: 'Do not rely on what is shown until the file has been verified or decrypted.',
  run: (args, context) => {
    const [file, ...others] = args.positionals;
    if (file === undefined || others.length > 0) throw notOneFile();
    const inspection = inspectFile(file);
    printResult(context, inspection, describe(inspection));
    return Promise.resolve(exitCodes.done);
  },
};

const describe = (inspection: Inspection): string[] => [
  `${inspection.path}: encrypted file, format version 1, ${inspection.suite}`,
  `content   ${formatBytes(inspection.size)} (${n(inspection.size)} bytes) in ${counted(inspection.segments, 'segment')} of ${n(inspection.segment)} bytes`,
  `file id   ${inspection.file}`,
  `length    ${n(inspection.length)} bytes: ${inspection.lengthWords}`,
  'Any of these keys can decrypt it:',
  ...formatTable(
    ['KEY', 'VERSION', 'KCV', 'WRAPPED BY'],
    inspection.slots.map(({ key, version, kcv, wrap }) => [
      key,
      String(version),
      kcv ?? 'none',
      wrap === 'A256KW' ? 'AES key wrap in the token' : 'AES-GCM with the key',
    ]),
  ),
];

import { fingerprintDigits } from '../../../shared/fingerprint.ts';
import {
  type CheckpointKey,
  fingerprintOf,
  openCheckpoint,
  originText,
  verifierKey,
} from '../../pki/index.ts';
import { sha256 } from '../../system/index.ts';
import { isReplyOver } from '../reply.ts';
import type { AnyReport, ReportCheckpoint } from '../report.ts';
import { check, unless, type OpenedReport, type ReportCheck } from './check.ts';

/** @param fingerprint the one that the reader got in another way */
export const checkKey = (
  { report, key: { curve, spki } }: OpenedReport,
  fingerprint: string | undefined,
): ReportCheck => {
  const { key, statement } = report;
  const found = fingerprintOf(spki);
  const name = originText({ vaultId: statement.vault.id, epoch: statement.vault.epoch });
  const algorithm = curve === 'ed25519' ? 'Ed25519' : 'ECDSA-P256-SHA256';
  const wanted = fingerprint === undefined ? undefined : fingerprintDigits(fingerprint);
  return check(
    'key',
    [
      ...unless(
        wanted === undefined || wanted === found,
        `The key is not the one that you trust: its fingerprint is ${found}.`,
      ),
      ...unless(key.fingerprint === found, 'The fingerprint in the report is not that of its key.'),
      ...unless(key.algorithm === algorithm, 'The report names another kind of key.'),
      ...unless(
        key.vkey === verifierKey({ name, curve, spki }),
        "The report's verifier key is not that of its key.",
      ),
    ],
    wanted === undefined
      ? `Compare this fingerprint with one you got in another way: ${found}`
      : 'The key is the one that you trust.',
  );
};

export const checkCheckpoints = ({ report, key }: OpenedReport): ReportCheck => {
  const { opening, closing } = report.checkpoints;
  const both = [closing, ...(opening === null ? [] : [opening])];
  const faults = [
    ...both.flatMap((each) => checkpointFaults(report, key, each)),
    ...openingFaults(report),
  ];
  const words = `${both.length === 1 ? 'The closing checkpoint is' : 'Both checkpoints are'} signed by the key, for this vault and epoch.`;
  return check('checkpoints', faults, words);
};

/** The opening checkpoint cannot be left out where the statement names its head. */
const openingFaults = (report: AnyReport): string[] => {
  if (report.format === 'claviger-report/1') return [];
  const { opening } = report.checkpoints;
  const stated = report.statement.opening;
  return unless(
    opening?.size === stated?.size && opening?.root === stated?.root,
    'The opening checkpoint is not the one that the report states.',
  );
};

const checkpointFaults = (
  { statement: { vault } }: AnyReport,
  key: CheckpointKey,
  given: ReportCheckpoint,
): string[] => {
  const opened = openCheckpoint(given.note, key, vault.id);
  if (opened === null) return ['A checkpoint is not signed by the key of this report.'];
  const { epoch, size, root, text, signature } = opened;
  return [
    ...unless(epoch === vault.epoch, 'A checkpoint is of another epoch than the report says.'),
    ...unless(
      given.size === size &&
        given.root === root &&
        given.text === text &&
        given.origin === text.split('\n')[0] &&
        given.signature === signature.toString('base64'),
      'The parts of a checkpoint are not those of its signed note.',
    ),
  ];
};

export const checkTimestamps = ({ report, key }: OpenedReport): ReportCheck[] => {
  const { timestamps, statement, checkpoints } = report;
  const stated = report.format === 'claviger-report/1' ? null : report.statement.timestamps;
  if (timestamps.length === 0 && (stated ?? []).length === 0) return [];
  const replies = timestamps.map(({ reply }) => Buffer.from(reply, 'base64'));
  const faults = timestamps.flatMap(({ size, note, reply }, at) => {
    const opened = openCheckpoint(note, key, statement.vault.id);
    const bytes = replies[at] ?? Buffer.alloc(0);
    const sound =
      opened?.size === size &&
      opened.epoch === statement.vault.epoch &&
      size <= checkpoints.closing.size &&
      bytes.toString('base64') === reply &&
      isReplyOver(bytes, note);
    return unless(sound, 'A time stamp is not about a checkpoint of this vault.');
  });
  const hashes = replies.map((each) => sha256(each)).join();
  faults.push(
    ...unless(
      stated === null || stated.join() === hashes,
      'The time stamps are not those that the report states.',
    ),
  );
  const words =
    timestamps.length === 1
      ? 'One time stamp names a checkpoint of this vault; check its signature with openssl ts.'
      : `${timestamps.length} time stamps name checkpoints of this vault; check their signatures with openssl ts.`;
  return [check('time stamps', faults, words)];
};

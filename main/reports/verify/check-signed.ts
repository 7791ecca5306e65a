import * as words from '../../../shared/messages/reports/verification.ts';
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
      ...unless(wanted === undefined || wanted === found, words.key.other(found)),
      ...unless(key.fingerprint === found, words.key.otherFingerprint),
      ...unless(key.algorithm === algorithm, words.key.otherKind),
      ...unless(key.vkey === verifierKey({ name, curve, spki }), words.key.otherVerifierKey),
    ],
    wanted === undefined ? words.key.compare(found) : words.key.trusted,
  );
};

export const checkCheckpoints = ({ report, key }: OpenedReport): ReportCheck => {
  const { opening, closing } = report.checkpoints;
  const both = [closing, ...(opening === null ? [] : [opening])];
  const faults = [
    ...both.flatMap((each) => checkpointFaults(report, key, each)),
    ...openingFaults(report),
  ];
  return check('checkpoints', faults, words.checkpoints.ok(both.length));
};

/** The opening checkpoint cannot be left out where the statement names its head. */
const openingFaults = (report: AnyReport): string[] => {
  if (report.format === 'claviger-report/1') return [];
  const { opening } = report.checkpoints;
  const stated = report.statement.opening;
  return unless(
    opening?.size === stated?.size && opening?.root === stated?.root,
    words.checkpoints.otherOpening,
  );
};

const checkpointFaults = (
  { statement: { vault } }: AnyReport,
  key: CheckpointKey,
  given: ReportCheckpoint,
): string[] => {
  const opened = openCheckpoint(given.note, key, vault.id);
  if (opened === null) return [words.checkpoints.notSigned];
  const { epoch, size, root, text, signature } = opened;
  return [
    ...unless(epoch === vault.epoch, words.checkpoints.otherEpoch),
    ...unless(
      given.size === size &&
        given.root === root &&
        given.text === text &&
        given.origin === text.split('\n')[0] &&
        given.signature === signature.toString('base64'),
      words.checkpoints.otherParts,
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
    return unless(sound, words.timestamps.otherCheckpoint);
  });
  const hashes = replies.map((each) => sha256(each)).join();
  faults.push(...unless(stated === null || stated.join() === hashes, words.timestamps.notStated));
  return [check('time stamps', faults, words.timestamps.ok(timestamps.length))];
};

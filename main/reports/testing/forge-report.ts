import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import * as v from 'valibot';
import { vaultIdSchema } from '../../../shared/ids.ts';
import type { JsonObject } from '../../json/json.ts';
import { leafHash, MerkleTree } from '../../ledger/merkle.ts';
import { consistencyProof, sharedInclusionProof } from '../../ledger/proofs.ts';
import { encodeRecord, type LedgerRecord } from '../../ledger/record.ts';
import { checkpointText, makeCheckpoint, originText } from '../../pki/checkpoint.ts';
import { fingerprintOf, verifierKey } from '../../pki/note.ts';
import type { NoteCurve } from '../../pki/public-key.ts';
import { sha256 } from '../../system/sha256.ts';
import {
  encodeReport,
  evidenceRecords,
  type AnyReport,
  type ReportCheckpoint,
  type ReportDocument,
  type ReportFilter,
  type ReportRecord,
} from '../report.ts';

/** What somebody can sign with. */
export interface ForgerKey {
  readonly curve: NoteCurve;
  readonly spki: Buffer;
  readonly privateKey: KeyObject;
}

export const ed25519Key = (): ForgerKey => keyOf('ed25519', generateKeyPairSync('ed25519'));
export const ecKey = (namedCurve: string): ForgerKey =>
  keyOf('p256', generateKeyPairSync('ec', { namedCurve }));
export const rsaKey = (): ForgerKey =>
  keyOf('p256', generateKeyPairSync('rsa', { modulusLength: 2048 }));

const keyOf = (
  curve: NoteCurve,
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): ForgerKey => ({
  curve,
  spki: pair.publicKey.export({ type: 'spki', format: 'der' }),
  privateKey: pair.privateKey,
});

export interface Forgery {
  readonly key?: ForgerKey;
  readonly format?: 1 | 2;
  /** Records between the first one and that of the export, a second apart. */
  readonly acts?: readonly (readonly [action: string, details: JsonObject])[];
  readonly first?: JsonObject;
  readonly filter?: ReportFilter;
  readonly range?: { readonly first: number; readonly last: number };
  /** Numbers of the records that are shown; all of the range without it. */
  readonly shown?: readonly number[];
  readonly before?: number | null;
  readonly after?: readonly number[];
  /** How many records the opening checkpoint covers. */
  readonly opening?: number;
  /** Time stamps over the opening checkpoint. */
  readonly stamp?: (note: string) => Buffer;
  /** Changes the statement before it is hashed into the record of the export. */
  readonly state?: (statement: ReportDocument['statement']) => void;
  /** Changes what the report says beside what is signed. */
  readonly edit?: (report: ReportDocument) => void;
  /** The export is not written in a session. */
  readonly isLocked?: boolean;
  /** Changes a line before the tree is built. */
  readonly line?: (line: string, seq: number) => string;
}

/** No verifier can check a code without the token; that it is there is what they look for. */
const madeUpMark = { session: '0'.repeat(32), n: 9, mac: '0'.repeat(32) };

/** The time of a record that is forged. */
export const timeOf = (seq: number): string =>
  new Date(Date.UTC(2026, 9, 1, 12, 0, seq)).toISOString();

/** A report made from end to end by whoever has the format at hand and a key of their own. */
export const forgeReport = (forgery: Forgery = {}): Buffer => {
  const { key = ed25519Key(), format = 2, acts = DEFAULT_ACTS, filter = {} } = forgery;
  const vaultId = v.parse(vaultIdSchema, randomBytes(16).toString('hex'));
  const origin = { vaultId, epoch: 1 };
  const records = [
    recordAt(1, 'vault.create', { vault: vaultId }, { ...firstDetails(key), ...forgery.first }),
    ...acts.map(([action, details], at) => recordAt(at + 2, action, {}, details)),
  ];
  const size = records.length + 1;
  const range = forgery.range ?? { first: 1, last: records.length };
  const tree = new MerkleTree();
  const lines: ReportRecord[] = [];
  const take = (record: LedgerRecord): void => {
    const plain = encodeRecord(record).toString('utf8').trimEnd();
    const line = forgery.line?.(plain, record.seq) ?? plain;
    const leaf = leafHash(Buffer.from(line));
    tree.append(leaf);
    lines.push({ seq: record.seq, leaf: leaf.toString('hex'), line });
  };
  records.forEach(take);
  const lineOf = (seq: number): ReportRecord => {
    const found = lines[seq - 1];
    if (found === undefined) throw new Error(`no record ${seq}`);
    return { ...found };
  };
  const checkpoint = (count: number): ReportCheckpoint => {
    const head = { size: count, root: tree.root(count).toString('hex') };
    const text = Buffer.from(checkpointText(origin, head));
    const signature = sign(key.curve === 'ed25519' ? null : 'sha256', text, key.privateKey);
    const made = makeCheckpoint(key, origin, head, signature);
    const parts = { note: made.note, text: made.text, signature: signature.toString('base64') };
    return { origin: originText(origin), ...head, ...parts };
  };
  const shown =
    forgery.shown ??
    Array.from({ length: Math.max(0, range.last - range.first + 1) }, (_, at) => range.first + at);
  const included = shown.map(lineOf);
  const opening = forgery.opening === undefined ? null : checkpoint(forgery.opening);
  const stamps =
    opening === null || forgery.stamp === undefined
      ? []
      : [
          {
            size: opening.size,
            note: opening.note,
            reply: forgery.stamp(opening.note).toString('base64'),
          },
        ];
  const searched = range.last - range.first + 1;
  const statement: ReportDocument['statement'] = {
    kind: 'activity',
    title: 'Activity',
    made: timeOf(40),
    by: actor,
    vault: { id: vaultId, epoch: 1, created: timeOf(1), evaluation: false, anchor: 'kept' },
    token: { label: 'T', serial: 'S', manufacturer: 'M', model: 'M', firmware: '1' },
    filter,
    range,
    counts: { searched, included: included.length, omitted: searched - included.length },
    recordsSha256: sha256(Buffer.from(included.map(({ line }) => `${line}\n`).join(''))),
    tables: [],
    previous: null,
    unsignedWhenMade: [],
    limits: ['None.'],
    opening: opening && { size: opening.size, root: opening.root },
    timestamps: stamps.map(({ reply }) => sha256(Buffer.from(reply, 'base64'))),
    carried: records.length,
  };
  if (format === 1)
    for (const name of ['opening', 'timestamps', 'carried'])
      Reflect.deleteProperty(statement, name);
  forgery.state?.(statement);
  const details = { statement: sha256(Buffer.from(JSON.stringify(statement))) };
  const exported = recordAt(size, 'report.export', {}, details);
  take(format === 1 || forgery.isLocked === true ? exported : { ...exported, mark: madeUpMark });
  const before = forgery.before ?? (range.first > 1 ? range.first - 1 : null);
  const after =
    forgery.after ??
    Array.from({ length: Math.max(0, size - range.last - 1) }, (_, at) => range.last + 1 + at);
  const evidence = {
    first: lineOf(1),
    before: before === null ? null : lineOf(before),
    after: after.map(lineOf),
    export: lineOf(size),
  };
  if (format === 1) for (const name of ['before', 'after']) Reflect.deleteProperty(evidence, name);
  const leaves = [...evidenceRecords(evidence), ...included].map(({ seq }) => seq - 1);
  const report: ReportDocument = {
    format: 'claviger-report/2',
    statement,
    evidence,
    records: included,
    inclusion: sharedInclusionProof(
      tree,
      [...new Set(leaves)].toSorted((a, b) => a - b),
    ).map((each) => each.toString('hex')),
    checkpoints: { opening, closing: checkpoint(size) },
    consistency: {
      fromOpening:
        opening && consistencyProof(tree, opening.size).map((each) => each.toString('hex')),
      fromPrevious: null,
    },
    key: {
      algorithm: key.curve === 'ed25519' ? 'Ed25519' : 'ECDSA-P256-SHA256',
      pem: pemOfAny(key.spki),
      fingerprint: fingerprintOf(key.spki),
      vkey: verifierKey({ name: originText(origin), curve: key.curve, spki: key.spki }),
    },
    timestamps: stamps,
  };
  forgery.edit?.(report);
  return encodeReport(format === 1 ? asFirstFormat(report) : report);
};

const DEFAULT_ACTS = [
  ['key.create', {}],
  ['file.encrypt', {}],
  ['file.decrypt', {}],
] as const;

const actor = { user: 'officer', host: 'desk', app: 'claviger/0.1.0', token: null };

const recordAt = (
  seq: number,
  action: string,
  subject: JsonObject,
  details: JsonObject,
): LedgerRecord => ({
  ...{ seq, time: timeOf(seq), clock: 'system', actor, action, subject },
  ...{ outcome: 'ok', details },
});

const firstDetails = ({ curve, spki }: ForgerKey): JsonObject => ({
  checkpointKey: { curve, spki: spki.toString('base64') },
});

export const pemOfAny = (spki: Buffer): string =>
  `-----BEGIN PUBLIC KEY-----\n${(spki.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END PUBLIC KEY-----\n`;

export const FIRST_BINDING =
  'Made in the token as non-extractable and sensitive, read back after creation; the program signs nothing but checkpoints with it. The first record of the ledger names it.';

const asFirstFormat = (report: ReportDocument): AnyReport =>
  ({
    ...report,
    format: 'claviger-report/1',
    key: { binding: FIRST_BINDING, ...report.key },
  }) as unknown as AnyReport;

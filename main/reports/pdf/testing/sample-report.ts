import { createHash } from 'node:crypto';
import { parse } from 'valibot';
import { vaultIdSchema } from '../../../../shared/ids.ts';
import { leafHash } from '../../../ledger/merkle.ts';
import { encodeRecord, type LedgerRecord } from '../../../ledger/record.ts';
import { REPORT_FORMAT, type ReportDocument } from '../../report.ts';

/** A report of made-up records. Nothing in it verifies: it is for renderings, which do not look. */

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hex32 = (text: string): string => sha256(text).slice(0, 32);

export const sampleVault = parse(vaultIdSchema, hex32('vault'));

const fileNames = [
  'papers/2026/contract.txt',
  'papers/Αθήνα/σύμβαση 2026.pdf',
  'papers/Москва/договор № 7.docx',
  'papers/日本語/契約書・最終版.pdf',
  'papers/中文/合同（最终）.docx',
  'papers/한국/계약서.hwp',
  'papers/تقارير/عقد نهائي (2026).pdf',
  'papers/ארכיון/חוזה סופי (2026).pdf',
  'papers/ไทย/สัญญาฉบับสุดท้าย.pdf',
  'papers/हिन्दी/अनुबंध.pdf',
  'papers/Việt Nam/Hợp đồng số 9.pdf',
  'papers/🔐 keys/👩‍💻 plan ✅.txt',
  'papers/evil-\u202egpj.exe',
  '=HYPERLINK("http://example.invalid")',
];

const start = Date.parse('2026-10-01T06:12:44.120Z');

const baseRecord = (seq: number, minutes: number): Omit<LedgerRecord, 'action'> => ({
  seq,
  time: new Date(start + (minutes * 60 + ((seq * 7) % 60)) * 1000).toISOString(),
  clock: 'system',
  actor: {
    user: seq % 9 === 0 ? 'révision' : 'desk',
    host: seq % 9 === 0 ? 'desk5' : 'desk4',
    app: 'claviger/0.1.0',
    token: { label: 'hsm-prod-2', serial: '5f06ca888aad37f6' },
  },
  subject: {},
  outcome: 'ok',
  details: {},
});

const keyOf = (seq: number): string => hex32(`key ${seq % 3}`);

const fileRecord = (seq: number, minutes: number): LedgerRecord => {
  const name = fileNames[seq % fileNames.length] ?? '';
  const subject = {
    batch: hex32(`batch ${Math.floor(seq / 400)}`),
    file: seq,
    input: `/home/desk/${name}`,
  };
  if (seq % 97 === 0)
    return {
      ...baseRecord(seq, minutes),
      action: 'file.encrypt',
      subject,
      outcome: 'failed',
      code: 'source-changed',
      details: { cause: 'The file changed while it was being read.' },
    };
  return {
    ...baseRecord(seq, minutes),
    action: seq % 4 === 0 ? 'file.decrypt' : 'file.encrypt',
    subject: {
      ...subject,
      output: `/srv/sealed/${name}.clv`,
      key: keyOf(seq),
      version: 1,
      kcv: '650da8',
    },
    details: { bytes: 588_895 + seq, encryptedBytes: 590_271 + seq, sha256: sha256(`file ${seq}`) },
  };
};

const actRecord = (seq: number, minutes: number): LedgerRecord => {
  const base = baseRecord(seq, minutes);
  const acts: Omit<LedgerRecord, 'seq' | 'time' | 'clock' | 'actor'>[] = [
    { action: 'vault.unlock', subject: {}, outcome: 'ok', details: {} },
    {
      action: 'key.create',
      subject: { key: keyOf(seq), name: 'Contracts & leases <2026>', version: 1, kcv: '650da8' },
      outcome: 'ok',
      details: { custody: 'hsm-only', bulk: 'host', keystore: sha256('keystore') },
    },
    { action: 'token.login', subject: {}, outcome: 'refused', code: 'pin-incorrect', details: {} },
    { action: 'vault.lock', subject: {}, outcome: 'ok', details: { reason: 'idle' } },
  ];
  const act = acts[Math.floor(seq / 25) % acts.length];
  if (act === undefined) throw new Error('there are acts');
  return { ...base, ...act };
};

const sampleRecord = (seq: number, days: number, total: number): LedgerRecord => {
  const minutes = Math.floor(
    ((seq * seq) / (total * total)) * 0.4 * days * 1440 + (seq / total) * 0.6 * days * 1440,
  );
  return seq % 25 === 1 ? actRecord(seq, minutes) : fileRecord(seq, minutes);
};

interface SampleChoices {
  readonly records: number;
  readonly days?: number;
  readonly evaluation?: boolean;
  readonly title?: string;
  readonly tables?: boolean;
  /** Of the first records, instead of the usual ones. */
  readonly actions?: readonly string[];
}

const NOTE_KEY = 'claviger.invalid';

export const sampleReport = ({
  records,
  days = 31,
  evaluation = false,
  title = 'Activity, October 2026',
  tables = true,
  actions = [],
}: SampleChoices): ReportDocument => {
  const lines = Array.from({ length: records }, (_, at) => {
    const usual = sampleRecord(at + 1, days, records);
    const record = { ...usual, action: actions[at] ?? usual.action };
    const line = encodeRecord(record).toString().trimEnd();
    return { seq: at + 1, leaf: leafHash(Buffer.from(line)).toString('hex'), line };
  });
  const origin = `${NOTE_KEY}/${sampleVault}/1`;
  const root = sha256('root');
  const text = `${origin}\n${records + 40}\n${Buffer.from(root, 'hex').toString('base64')}\n`;
  const signature = createHash('sha512').update(text).digest('base64');
  const closing = {
    origin,
    size: records + 40,
    root,
    text,
    signature,
    note: `${text}\n— ${origin} ${Buffer.concat([Buffer.alloc(4, 7), Buffer.from(signature, 'base64')]).toString('base64')}\n`,
  };
  const first = lines[0] ?? { seq: 1, leaf: '00'.repeat(32), line: '{}' };
  return {
    format: REPORT_FORMAT,
    statement: {
      kind: 'activity',
      title,
      made: '2026-11-22T03:11:02.417Z',
      by: baseRecord(1, 0).actor,
      vault: {
        id: sampleVault,
        name: 'Finance archive',
        epoch: 1,
        created: '2026-09-14T08:00:00.000Z',
        evaluation,
        anchor: evaluation
          ? 'none: the token lies in the vault’s folder, so a rollback is not detected'
          : 'the newest checkpoint is kept in the token as a private data object',
      },
      token: {
        label: 'hsm-prod-2',
        serial: '5f06ca888aad37f6',
        manufacturer: 'SoftHSM project',
        model: 'SoftHSM v2',
        firmware: '2.6',
      },
      filter: { since: '2026-10-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z' },
      range: { first: 1, last: records + 12 },
      counts: { searched: records + 12, included: records, omitted: 12 },
      recordsSha256: sha256('records'),
      tables: tables ? [keyTable()] : [],
      previous: {
        size: 12,
        root: sha256('previous'),
        sha256: null,
        made: '2026-10-01T05:00:00.000Z',
      },
      unsignedWhenMade: records > 5 ? [{ first: 4, last: 5 }] : [],
      limits: [
        `Nothing after record ${records + 40}, and nothing about acts outside Claviger.`,
        'The times are those of this computer’s clock.',
      ],
      opening: null,
      timestamps: [],
      carried: Math.max(1, records - 3),
    },
    records: lines,
    evidence: { first, before: null, after: [], export: first },
    inclusion: [sha256('path')],
    checkpoints: { opening: null, closing },
    consistency: { fromOpening: null, fromPrevious: [sha256('consistency')] },
    key: {
      algorithm: 'Ed25519',
      pem: '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n',
      fingerprint: sha256('key'),
      vkey: `${origin}+07070707+AQ${signature.slice(0, 42)}`,
    },
    timestamps: [],
  };
};

const keyTable = (): ReportDocument['statement']['tables'][number] => ({
  title: 'Keys',
  columns: ['Name', 'Id', 'Custody', 'Bulk', 'Version', 'KCV', 'State', 'Created'],
  rows: ['Contracts & leases <2026>', 'Ιστορικό αρχείο', '重要書類', 'مفاتيح العقود'].map(
    (name, at) => [
      name,
      keyOf(at),
      'hsm-only',
      'host',
      '1',
      '650da8',
      at === 2 ? 'suspended' : 'active',
      '2026-10-01 06:12:44',
    ],
  ),
});

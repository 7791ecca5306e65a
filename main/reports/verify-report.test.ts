import { beforeAll, describe, expect, it } from 'vitest';
import { n } from '../../shared/numbers.ts';
import { leafHash, MerkleTree } from '../ledger/merkle.ts';
import { sharedInclusionProof } from '../ledger/proofs.ts';
import { checkpointText, makeCheckpoint } from '../pki/checkpoint.ts';
import { sha256 } from '../system/sha256.ts';
import { DiskModel } from '../store/testing/disk-model.ts';
import { SoftwareToken } from '../vault/testing/software-token.ts';
import { testContext } from '../vault/testing/context.ts';
import { Vault } from '../vault/vault.ts';
import { keyNamesOf } from './key-names.ts';
import { makeReport } from './make-report.ts';
import { encodeReport, type ReportDocument } from './report.ts';
import { fileAct, makeReportVault, sessionOn, type ReportVault } from './testing/report-vault.ts';
import { judge } from './testing/verifiers.ts';
import { verifyReport } from './verify-report.ts';

let made: ReportVault;
let before: ReportDocument;
let whole: ReportDocument;
let filtered: ReportDocument;
const other = 'f'.repeat(32);

/** @returns when the first of its three records was written */
const fill = async ({ session, key }: ReportVault): Promise<string> => {
  const [first] = await session.vault.record([
    fileAct('file.encrypt', key, 'a.txt'),
    fileAct('file.decrypt', key, 'Ελληνικά — 日本語.txt', 'refused'),
    fileAct('file.encrypt', other, '=cmd|x'),
  ]);
  await session.checkpoint();
  return first?.time ?? '';
};

const later = (time: string): string => new Date(Date.parse(time) + 1).toISOString();

beforeAll(async () => {
  made = await makeReportVault('ed25519');
  await fill(made);
  before = await makeReport(made.session, { kind: 'activity', filter: {}, title: 'First' });
  const since = await fill(made);
  whole = await makeReport(made.session, { kind: 'activity', filter: {}, title: 'Activity' });
  filtered = await makeReport(made.session, {
    kind: 'key-life',
    filter: { key: made.key, action: 'file.', since },
    title: 'Life',
  });
});

const changed = (report: ReportDocument, change: (draft: ReportDocument) => void): Buffer => {
  const draft = structuredClone(report);
  change(draft);
  const bytes = encodeReport(draft);
  expect(bytes.equals(encodeReport(report))).toBe(false);
  return bytes;
};

/** What somebody without the vault can keep consistent after a change: counts and hashes. */
const patched = (draft: ReportDocument): void => {
  const { statement, records } = draft;
  statement.recordsSha256 = sha256(Buffer.from(records.map(({ line }) => `${line}\n`).join('')));
  const { first, last } = statement.range;
  const searched = last - first + 1;
  statement.counts = { searched, included: records.length, omitted: searched - records.length };
};

const genuine = { ours: true, script: true };
const found = { ours: false, script: false };

describe.each(['ed25519', 'p256'] as const)('a report signed with %s', (curve) => {
  it('is genuine for both verifiers, whatever was asked for, and names the one before', async () => {
    const vault = await makeReportVault(curve);
    const since = later(await fill(vault)); // in the middle of what was recorded
    const kinds = [
      { kind: 'activity', filter: {} },
      { kind: 'activity', filter: { since } },
      { kind: 'activity', filter: { since: '2030-01-01T00:00:00.000Z' } },
      { kind: 'activity', filter: { user: 'officer', outcome: 'refused' } },
      { kind: 'key-inventory', filter: {} },
      { kind: 'key-life', filter: { key: vault.key } },
      { kind: 'batch-receipts', filter: { batch: other } },
      { kind: 'ceremony', filter: {} },
      { kind: 'token-evidence', filter: {} },
    ] as const;
    let previous: Buffer | null = null;
    for (const { kind, filter } of kinds) {
      const report = await makeReport(vault.session, { kind, filter, title: kind });
      const bytes = encodeReport(report);
      const { fingerprint } = report.key;
      expect(judge(bytes, { fingerprint, ...(previous && { previous }) })).toMatchObject(genuine);
      expect(report.statement.previous === null).toBe(previous === null);
      previous = bytes;
    }
  });
});

describe('a report', () => {
  it('holds what was asked for, and nothing else', () => {
    expect(whole.statement.counts.omitted).toBe(0);
    expect(whole.records.map(({ seq }) => seq)).toEqual(
      Array.from({ length: whole.statement.range.last }, (_, at) => at + 1),
    );
    const names = filtered.records.map(
      ({ line }) => (JSON.parse(line) as { action: string }).action,
    );
    expect(names).toEqual(['file.encrypt', 'file.decrypt']);
    expect(filtered.checkpoints.opening).not.toBeNull();
    expect(keyNamesOf(filtered.statement).get(made.key)).toBeDefined();
  });

  it('is refused with any record removed, edited, exchanged or added', () => {
    for (const report of [whole, filtered])
      for (const patch of [patched, () => undefined])
        report.records.forEach((_, index) => {
          const tampers: ((draft: ReportDocument) => void)[] = [
            ({ records }) => void records.splice(index, 1),
            ({ records }) => {
              const [record] = records.slice(index);
              if (record) record.line = record.line.replace('"user":"officer"', '"user":"other"');
            },
          ];
          const tamper = tampers[index % tampers.length];
          const bytes = changed(report, (draft) => {
            tamper?.(draft);
            patch(draft);
          });
          expect(judge(bytes)).toMatchObject(found);
        });
  });

  it('names each record that was changed, with its byte of the file', () => {
    for (const report of [whole, filtered])
      report.records.forEach(({ seq, line }, index) => {
        const bytes = changed(report, ({ records }) => {
          const [record] = records.slice(index);
          if (record) record.line = line.replace('"user":"officer"', '"user":"other"');
        });
        const verdict = verifyReport(bytes);
        const byte = bytes.indexOf(JSON.stringify(line.slice(0, 12)).slice(0, -1)) + 1;
        expect(bytes.toString('utf8', byte, byte + 8)).toBe('{\\"seq\\"');
        expect(verdict.checks.find(({ ok }) => !ok)?.words).toBe(
          `Record ${seq} was changed after it was signed, from byte ${n(byte)} of the file on.`,
        );
        expect(judge(bytes).why).toContain(`not as it was signed: record ${seq}`);
      });
  });

  it('names several that were changed', () => {
    const bytes = changed(whole, ({ records }) => {
      for (const record of records.slice(1, 9))
        record.line = record.line.replace('officer', 'other');
    });
    const words = verifyReport(bytes).checks.map((each) => each.words);
    expect(words).toContainEqual(
      expect.stringMatching(/^Records 2, 3, 4, 5, 6 and 3 more were changed/),
    );
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['is no JSON any more', (text) => text.replace('key.create', 'key."create'), /not JSON/],
    [
      'has a line cut in two',
      (text) => text.replace('key.create', 'key.\\ncreate'),
      /^The line for/,
    ],
    [
      'has another spelling',
      (text) => text.replace('key.create', 'key.\\u0063reate'),
      /not written/,
    ],
    ['is no record any more', (text) => text.replace('\\"key.create', '\\"'), /^The line for/],
  ])('that %s in record 3 is refused with that number and the byte', (_, change, words) => {
    const text = encodeReport(whole).toString();
    const bytes = Buffer.from(change(text));
    const fault = verifyReport(bytes).checks.find(({ ok }) => !ok)?.words ?? '';
    expect(fault).toMatch(words);
    expect(fault).toMatch(/record 3\b/);
    const at = Number(/byte ([\d,]+)/.exec(fault)?.[1]?.replaceAll(',', ''));
    const near = Buffer.from(text).indexOf('key.create');
    expect(Math.abs(at - near)).toBeLessThan(250);
    expect(judge(bytes)).toMatchObject(found);
  });

  it.each<[string, (draft: ReportDocument) => void]>([
    ['two records exchanged', ({ records }) => void records.reverse()],
    ['a record twice', ({ records }) => void records.push(...records.slice(-1))],
    [
      'a record made up',
      ({ records }) => {
        const { seq, leaf, line } = records[1] ?? { seq: 0, leaf: '', line: '' };
        const madeUp = line.replace(`{"seq":${seq},`, `{"seq":${seq + 1},`);
        expect(madeUp).not.toBe(line);
        records.splice(2, 0, { seq: seq + 1, leaf, line: madeUp });
      },
    ],
    ['another filter', ({ statement }) => void (statement.filter.outcome = 'ok')],
    ['no filter', ({ statement }) => void (statement.filter = {})],
    [
      'a later time',
      ({ statement }) => void (statement.filter.since = later(statement.filter.since ?? '')),
    ],
    ['another range', ({ statement }) => void (statement.range.first += 1)],
    ['fewer left out', ({ statement }) => void (statement.counts.omitted -= 1)],
    ['another title', ({ statement }) => void (statement.title = 'Everything')],
    ['another time', ({ statement }) => void (statement.made = '2026-01-01T00:00:00.000Z')],
    ['another maker', ({ statement }) => void (statement.by.user = 'other')],
    [
      'another vault',
      ({ statement }) =>
        void (statement.vault.id = whole.statement.vault.id.replace(/^./, (digit) =>
          digit === '0' ? '1' : '0',
        ) as typeof statement.vault.id),
    ],
    ['another epoch', ({ statement }) => void (statement.vault.epoch = 2)],
    [
      'a real token instead of an evaluation one',
      ({ statement }) => void (statement.vault.evaluation = !statement.vault.evaluation),
    ],
    ['a key less in its table', ({ statement }) => void statement.tables[0]?.rows.pop()],
    ['fewer limits', ({ statement }) => void statement.limits.pop()],
    [
      'no report before',
      (draft) => {
        draft.statement.previous = null;
        draft.consistency.fromPrevious = null;
      },
    ],
    [
      'a changed report before',
      ({ statement }) => {
        if (statement.previous) statement.previous.root = '00'.repeat(32);
      },
    ],
    [
      'no proof from the opening checkpoint',
      ({ consistency }) => void (consistency.fromOpening = null),
    ],
    [
      'a changed proof',
      ({ consistency }) => void consistency.fromPrevious?.reverse().push('00'.repeat(32)),
    ],
    ['no opening checkpoint', ({ checkpoints }) => void (checkpoints.opening = null)],
    [
      'the opening checkpoint as the closing one',
      ({ checkpoints }) => {
        if (checkpoints.opening) checkpoints.closing = checkpoints.opening;
      },
    ],
    ['a larger size', ({ checkpoints }) => void (checkpoints.closing.size += 1)],
    [
      'another bare signature',
      ({ checkpoints }) =>
        void (checkpoints.closing.signature = checkpoints.opening?.signature ?? ''),
    ],
    [
      'leaves of others',
      ({ records }) => {
        for (const each of records) each.leaf = '00'.repeat(32);
      },
    ],
    ['a hash less', ({ inclusion }) => void inclusion.pop()],
    ['a hash more', ({ inclusion }) => void inclusion.push('00'.repeat(32))],
    ['hashes exchanged', ({ inclusion }) => void inclusion.reverse()],
    ['another first record', ({ evidence }) => void (evidence.first = { ...evidence.export })],
    [
      'the record of another export',
      ({ evidence }) => void (evidence.export = { ...whole.evidence.export }),
    ],
    ['another fingerprint', ({ key }) => void (key.fingerprint = '00'.repeat(32))],
    [
      'a time stamp of something else',
      ({ timestamps, checkpoints }) =>
        void timestamps.push({
          size: checkpoints.closing.size,
          note: checkpoints.closing.note,
          reply: 'AAAA',
        }),
    ],
  ])('is refused with %s', (_, tamper) => {
    expect(judge(changed(filtered, tamper))).toMatchObject(found);
    expect(judge(encodeReport(filtered))).toMatchObject(genuine);
  });

  it.each<[string, (text: string) => string]>([
    ['a name twice', (text) => text.replace('"kind": ', '"kind": "activity",\n  "kind": ')],
    ['other blanks', (text) => text.replace('"kind": ', '"kind":  ')],
    ['something behind it', (text) => `${text} `],
    ['a field more', (text) => text.replace('"kind": ', '"more": 1,\n  "kind": ')],
    ['a number in another form', (text) => text.replace('"epoch": 1', '"epoch": 1.0')],
    ['nothing in it', () => ''],
    ['another document', () => '{"format":"claviger-report/1"}\n'],
  ])('is not a report with %s', (_, change) => {
    const text = encodeReport(whole).toString();
    expect(change(text)).not.toBe(text);
    expect(judge(Buffer.from(change(text)))).toMatchObject(found);
  });

  it('forged completely with another key is found by the fingerprint', () => {
    const forger = new SoftwareToken();
    const forged = changed(whole, (draft) => {
      const spki = Buffer.from(forger.key.spki);
      const ours = /"spki":"[^"]+"/;
      draft.evidence.first.line = draft.evidence.first.line.replace(
        ours,
        `"spki":"${spki.toString('base64')}"`,
      );
      const [record] = draft.records;
      if (record) record.line = draft.evidence.first.line;
      patched(draft);
      draft.statement.previous = null;
      draft.consistency = { fromOpening: null, fromPrevious: null };
      draft.checkpoints.opening = null;
      const hash = sha256(Buffer.from(JSON.stringify(draft.statement)));
      const exported = JSON.parse(draft.evidence.export.line) as { details: { statement: string } };
      exported.details.statement = hash;
      draft.evidence.export.line = JSON.stringify(exported);
      const tree = new MerkleTree();
      for (const each of [...draft.records, draft.evidence.export]) {
        const leaf = leafHash(Buffer.from(each.line));
        tree.append(leaf);
        each.leaf = leaf.toString('hex');
      }
      draft.evidence.first.leaf = record?.leaf ?? '';
      const { id: vaultId, epoch } = draft.statement.vault;
      const head = { size: tree.size, root: tree.root().toString('hex') };
      const text = Buffer.from(checkpointText({ vaultId, epoch }, head));
      const { note, signature } = makeCheckpoint(
        forger.key,
        { vaultId, epoch },
        head,
        forger.sign(text),
      );
      const origin = `claviger.invalid/${vaultId}/${epoch}`;
      draft.checkpoints.closing = {
        origin,
        ...head,
        note,
        text: text.toString(),
        signature: signature.toString('base64'),
      };
      draft.inclusion = sharedInclusionProof(
        tree,
        Array.from({ length: tree.size }, (_, at) => at),
      ).map(String);
      const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`;
      draft.key.pem = pem;
      draft.key.fingerprint = sha256(spki);
      const id = sha256(Buffer.concat([Buffer.from(`${origin}\n\x01`), spki.subarray(-32)])).slice(
        0,
        8,
      );
      draft.key.vkey = `${origin}+${id}+${Buffer.concat([Buffer.from([1]), spki.subarray(-32)]).toString('base64')}`;
    });
    const { fingerprint } = whole.key;
    expect(judge(forged, { fingerprint })).toMatchObject(found);
    expect(judge(encodeReport(whole), { fingerprint })).toMatchObject(genuine);
    // Without the fingerprint nothing can tell: that is why every verdict asks for it.
    expect(judge(forged)).toMatchObject(genuine);
  });
});

describe('the previous report', () => {
  it('is accepted, but no other one', async () => {
    const bytes = encodeReport(whole);
    expect(judge(bytes, { previous: encodeReport(before) })).toMatchObject(genuine);
    expect(judge(bytes, { previous: encodeReport(filtered) })).toMatchObject(found);
    expect(judge(bytes, { previous: bytes })).toMatchObject(found);
    const strange = await makeReportVault('ed25519');
    const report = await makeReport(strange.session, { kind: 'activity', filter: {}, title: 'x' });
    expect(judge(bytes, { previous: encodeReport(report) })).toMatchObject(found);
    const edited = changed(before, ({ statement }) => void (statement.title = 'Other'));
    expect(judge(bytes, { previous: edited })).toMatchObject(found);
  });

  it('shows that the ledger was rolled back and changed differently', async () => {
    const vault = await makeReportVault('ed25519');
    await fill(vault);
    const files = vault.disk.files();
    const first = await makeReport(vault.session, { kind: 'activity', filter: {}, title: 'x' });
    // The same key signs again from an older copy: what the anchor keeps the program from doing.
    vault.token.anchors = [];
    const copy = await Vault.openOn(new DiskModel(files).store(), await testContext());
    const examined = await copy.examine(vault.token.ledger(), { seen: null, isTwin: true });
    if (examined.kind !== 'sound') throw new Error('it is not found out');
    await copy.begin(vault.token.ledger(), examined);
    await copy.record([fileAct('file.decrypt', other, 'hidden')]);
    const session = sessionOn(copy);
    await makeReport(session, { kind: 'activity', filter: {}, title: 'y' });
    const second = await makeReport(session, { kind: 'activity', filter: {}, title: 'z' });
    expect(judge(encodeReport(second))).toMatchObject(genuine);
    const previous = encodeReport(first);
    expect(judge(encodeReport(second), { previous })).toMatchObject(found);
  });
});

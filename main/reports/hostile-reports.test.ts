import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ecKey,
  ed25519Key,
  type Forgery,
  forgeReport,
  pemOfAny,
  rsaKey,
  timeOf,
} from './testing/forge-report.ts';
import { TimeAuthority } from './testing/time-authority.ts';
import { judge } from './testing/verifiers.ts';
import { verifyReport } from './verify-report.ts';

const genuine = { ours: true, script: true };
const found = { ours: false, script: false };

let authority: TimeAuthority;
beforeAll(() => {
  authority = new TimeAuthority();
});
afterAll(() => authority.remove());

/** Changes the text of a report's file. */
const spelt = (forgery: Forgery, change: (text: string) => string): Buffer => {
  const text = forgeReport(forgery).toString();
  const changed = change(text);
  expect(changed).not.toBe(text);
  return Buffer.from(changed);
};

const completeness = (bytes: Buffer): boolean => verifyReport(bytes).complete;

describe('where a report starts and ends', () => {
  // Records 1 to 4, made a second apart, and the export as record 5.
  it.each<[string, Forgery, boolean]>([
    ['nothing but all was asked for', {}, true],
    ['records came in meanwhile', { range: { first: 1, last: 2 } }, true],
    ['it begins with a time', { filter: { since: timeOf(3) }, range: { first: 3, last: 4 } }, true],
    ['it ends with a time', { filter: { until: timeOf(3) }, range: { first: 1, last: 2 } }, true],
    [
      'it ends with a time and one record shows it',
      { filter: { until: timeOf(3) }, range: { first: 1, last: 2 }, after: [3] },
      true,
    ],
    [
      'no record is in its time',
      {
        filter: { since: '2026-10-01T12:00:02.500Z', until: '2026-10-01T12:00:02.700Z' },
        range: { first: 3, last: 2 },
      },
      true,
    ],
    [
      'the clock was set back in its time',
      { filter: { until: timeOf(3) }, shown: [1, 2], range: { first: 1, last: 4 } },
      false,
    ],
  ])('is proved where %s', (_, forgery, complete) => {
    const bytes = forgeReport(forgery);
    expect(judge(bytes)).toMatchObject(genuine);
    expect(completeness(bytes)).toBe(complete);
  });

  it.each<[string, Forgery]>([
    ['it begins late though nothing was asked for', { range: { first: 2, last: 4 } }],
    ['it begins late and says nothing of it', { range: { first: 2, last: 4 }, edit: noBefore }],
    ['it ends early and says nothing of it', { range: { first: 1, last: 2 }, after: [] }],
    ['it ends early and shows some', { range: { first: 1, last: 2 }, after: [3] }],
    ['it ends early and shows others', { range: { first: 1, last: 2 }, after: [4] }],
    [
      'the record before is in its time',
      { filter: { since: timeOf(2) }, range: { first: 3, last: 4 } },
    ],
    [
      'the record before is another',
      { filter: { since: timeOf(4) }, range: { first: 4, last: 4 }, before: 2 },
    ],
    [
      'the record before is missing',
      { filter: { since: timeOf(3) }, range: { first: 3, last: 4 }, edit: noBefore },
    ],
    [
      'the record behind is in its time',
      { filter: { until: timeOf(4) }, range: { first: 1, last: 2 }, after: [3] },
    ],
    [
      'the record before is not as it was signed',
      {
        filter: { since: timeOf(3) },
        range: { first: 3, last: 4 },
        edit: ({ evidence: { before } }) => {
          if (before) before.line = before.line.replace('"officer"', '"other"');
        },
      },
    ],
  ])('is not accepted where %s', (_, forgery) => {
    expect(judge(forgeReport(forgery))).toMatchObject(found);
  });

  it('claims only what it proves in the first format', () => {
    const whole = forgeReport({ format: 1 });
    expect([judge(whole), completeness(whole)]).toEqual([expect.objectContaining(genuine), true]);
    for (const forgery of [
      { range: { first: 1, last: 2 } },
      { filter: { since: timeOf(3) }, range: { first: 3, last: 4 } },
      { filter: { until: timeOf(3) }, range: { first: 1, last: 2 } },
    ]) {
      const bytes = forgeReport({ ...forgery, format: 1 });
      expect([judge(bytes), completeness(bytes)]).toEqual([
        expect.objectContaining(genuine),
        false,
      ]);
    }
    const late = forgeReport({ format: 1, range: { first: 2, last: 4 } });
    expect(judge(late)).toMatchObject(found);
  });

  it.each(['whole', 'time', 'key'])('is verified as before in the first format: %s', (name) => {
    const file = new URL(`./testdata/format-1/${name}.json`, import.meta.url);
    expect(judge(readFileSync(file))).toMatchObject(genuine);
  });
});

function noBefore({ evidence }: { evidence: { before: unknown } }): void {
  evidence.before = null;
}

describe('unsigned additions', () => {
  const late = { filter: { since: timeOf(3) }, range: { first: 3, last: 4 }, opening: 2 };
  const stamped = { ...late, stamp: (note: string) => authority.stamp(note) };

  it('an outside time stamp is accepted if it is valid', () => {
    for (const format of [1, 2] as const)
      expect(judge(forgeReport({ ...stamped, format }))).toMatchObject(genuine);
  });

  it.each<[string, Forgery]>([
    [
      'words about the key',
      { format: 1, edit: ({ key }) => void Object.assign(key, { binding: 'In an HSM.' }) },
    ],
    [
      'words about the key where there are none',
      { edit: ({ key }) => void Object.assign(key, { binding: '' }) },
    ],
    [
      'another verifier key',
      {
        edit: ({ key }) =>
          void (key.vkey = key.vkey.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))),
      },
    ],
    [
      'no opening checkpoint',
      {
        ...late,
        edit: (report) => {
          report.checkpoints.opening = null;
          report.consistency.fromOpening = null;
        },
      },
    ],
    [
      'a hash for a time stamp',
      { ...late, stamp: (note) => Buffer.concat([Buffer.from([4, 32]), hashOf(note)]) },
    ],
    [
      'something behind a time stamp',
      { ...late, stamp: (note) => Buffer.concat([authority.stamp(note), Buffer.from([5, 0])]) },
    ],
    [
      'something before a time stamp',
      { ...late, stamp: (note) => Buffer.concat([Buffer.from([5, 0]), authority.stamp(note)]) },
    ],
    ['the request for a time stamp', { ...late, stamp: (note) => authority.request(note) }],
    ['the time stamp of something else', { ...late, stamp: () => authority.stamp('other') }],
    ['a time stamp less', { ...stamped, edit: ({ timestamps }) => void timestamps.pop() }],
    [
      'a time stamp more',
      { ...stamped, edit: ({ timestamps }) => void timestamps.push(...timestamps) },
    ],
    [
      'a time stamp that is spelt otherwise',
      {
        ...stamped,
        format: 1,
        edit: ({ timestamps: [stamp] }) => {
          if (stamp) stamp.reply = `${stamp.reply}\n`;
        },
      },
    ],
    ['a record of another epoch', { first: { epoch: true } }],
    [
      'a line behind ours that is no signature',
      { edit: ({ checkpoints: { closing } }) => void (closing.note += 'junk\n') },
    ],
    [
      'a line behind ours that is half a signature',
      { edit: ({ checkpoints: { closing } }) => void (closing.note += '— other AAAA\n') },
    ],
    [
      'our signature twice',
      {
        edit: ({ checkpoints: { closing } }) =>
          void (closing.note += `${closing.note.trimEnd().split('\n').at(-1) ?? ''}\n`),
      },
    ],
    [
      'seventeen signatures',
      {
        edit: ({ checkpoints: { closing } }) =>
          void (closing.note += '— other AAAAAAAA\n'.repeat(16)),
      },
    ],
  ])('is refused: %s', (_, forgery) => {
    expect(judge(forgeReport(forgery))).toMatchObject(found);
  });

  it('the signature of a witness after ours is ignored', () => {
    const bytes = forgeReport({
      edit: ({ checkpoints: { closing } }) =>
        void (closing.note += '— witness.invalid/1 AAAAAAAA\n'),
    });
    expect(judge(bytes)).toMatchObject(genuine);
  });
});

const hashOf = (text: string): Buffer =>
  execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: text });

describe('a key', () => {
  it.each(['ed25519', 'prime256v1'])('on %s signs a report', (curve) => {
    const key = curve === 'ed25519' ? ed25519Key() : ecKey(curve);
    expect(judge(forgeReport({ key }))).toMatchObject(genuine);
  });

  it.each<[string, () => Forgery]>([
    ['of RSA', () => ({ key: rsaKey() })],
    ['on P-384', () => ({ key: ecKey('secp384r1') })],
    ['on secp256k1', () => ({ key: ecKey('secp256k1') })],
    ['in a compressed form', () => ({ key: compressed() })],
    ['that is private', () => ({ edit: ({ key }) => void (key.pem = privatePem()) })],
    [
      'that is private and asks for a phrase',
      () => ({ edit: ({ key }) => void (key.pem = privatePem('x')) }),
    ],
    [
      'that asks for a phrase in the older way',
      () => ({ edit: ({ key }) => void (key.pem = olderPem()) }),
    ],
    [
      'in a certificate',
      () => ({ edit: ({ key }) => void (key.pem = readFileSync(authority.certificate, 'utf8')) }),
    ],
    [
      'with another text before it',
      () => ({ edit: ({ key }) => void (key.pem = `x\n${key.pem}`) }),
    ],
    [
      'with other line ends',
      () => ({ edit: ({ key }) => void (key.pem = key.pem.replaceAll('\n', '\r\n')) }),
    ],
    ['behind which another one stands', () => ({ edit: ({ key }) => void (key.pem += key.pem) })],
    ['that is none', () => ({ edit: ({ key }) => void (key.pem = pemOfAny(Buffer.from('none'))) })],
  ])('%s signs no report', (_, forgery) => {
    expect(judge(forgeReport(forgery()))).toMatchObject(found);
  });
});

/** P-256 with half of its point: other bytes, so another fingerprint, for the same key. */
const compressed = (): ReturnType<typeof ecKey> => {
  const key = ecKey('prime256v1');
  const spki = execFileSync(
    'openssl',
    ['ec', '-pubin', '-inform', 'DER', '-conv_form', 'compressed', '-pubout', '-outform', 'DER'],
    { input: key.spki, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  expect(spki.length).toBeLessThan(key.spki.length);
  return { ...key, spki };
};

const privatePem = (passphrase?: string): string => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const more = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...more }).toString();
};

const olderPem = (): string =>
  createPrivateKey(
    generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  )
    .export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
    .toString();

describe('a file of the wrong form', () => {
  it.each<[string, (text: string) => string]>([
    ['a text for a number', (text) => text.replace('"epoch": 1', '"epoch": "1"')],
    ['a yes for a number', (text) => text.replace('"epoch": 1', '"epoch": true')],
    ['a fraction', (text) => text.replace('"omitted": 0', '"omitted": 0.5')],
    ['a power', (text) => text.replace('"omitted": 0', '"omitted": 0e0')],
    ['less than nothing', (text) => text.replace('"omitted": 0', '"omitted": -1')],
    ['no number', (text) => text.replace('"omitted": 0', '"omitted": NaN')],
    [
      'a number of 20,000 digits',
      (text) => text.replace('"omitted": 0', `"omitted": ${'9'.repeat(20_000)}`),
    ],
    ['a number for a text', (text) => text.replace('"title": "Activity"', '"title": 1')],
    ['an object for a list', (text) => text.replace('"tables": []', '"tables": {}')],
    ['a list for an object', (text) => text.replace('"filter": {}', '"filter": []')],
    ['nothing for a list', (text) => text.replace('"tables": []', '"tables": null')],
    ['a list for a text', (text) => text.replace('"title": "Activity"', '"title": ["Activity"]')],
    ['an object for a record', (text) => text.replace(/"line": "(?:[^"\\]|\\.)*"/, '"line": {}')],
    ['a table of numbers', (text) => text.replace('"tables": []', '"tables": [\n   1\n  ]')],
    ['another kind', (text) => text.replace('"kind": "activity"', '"kind": "other"')],
    ['another format', (text) => text.replace('claviger-report/2', 'claviger-report/3')],
    ['a format that is a list', (text) => text.replace('"claviger-report/2"', '[]')],
    [
      'half a character',
      (text) => text.replace('"title": "Activity"', String.raw`"title": "\ud800"`),
    ],
    ['200,000 lists in one another', () => '['.repeat(200_000)],
    [
      '200,000 lists in one another, closed',
      () => `${'['.repeat(200_000)}${']'.repeat(200_000)}\n`,
    ],
    ['200,000 objects in one another', () => '{"a":'.repeat(200_000)],
    [
      'lists within the title',
      (text) =>
        text.replace('"title": "Activity"', `"title": ${'['.repeat(500)}${']'.repeat(500)}`),
    ],
    ['40 MB of lists', () => `[${'[],'.repeat(13_500_000)}[]]`],
    ['what is not UTF-8', (text) => text.replace('Activity', '\ufffd')],
  ])('is refused with a message: %s', (_, change) => {
    const judgement = judge(spelt({}, change));
    expect(judgement).toMatchObject(found);
    expect(judgement.why).not.toMatch(/Traceback|RangeError|at \S+:\d+/);
  });

  it.each([
    ['"epoch": 1', '"epoch": 0', 'epoch must be 1 or more, but is 0'],
    ['"epoch": 1', '"epoch": "x"', 'epoch must be a number, but is “x”'],
    ['"kind": "activity"', '"kind": null', 'kind must be one of “activity”'],
    ['"epoch": 1', '"times": 1', 'epoch is missing'],
  ])('is refused in words where %s is changed to %s', (from, to, words) => {
    const { checks } = verifyReport(spelt({}, (text) => text.replace(from, to)));
    expect(checks).toEqual([
      { name: 'form', ok: false, words: expect.stringContaining(words) as string },
    ]);
  });

  it('is not parsed if it has more values than a report can have', () => {
    const { checks } = verifyReport(Buffer.from(`[${'[],'.repeat(13_500_000)}[]]`));
    expect(checks).toEqual([
      { name: 'form', ok: false, words: 'The file holds more values than a report has.' },
    ]);
  });

  it('is refused if a record is nested too deeply', () => {
    const nested = (depth: number) => (line: string, seq: number) =>
      seq === 2
        ? line.replace('"details":{}', `"details":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)
        : line;
    expect(judge(forgeReport({ line: nested(30) }))).toMatchObject(genuine);
    for (const depth of [31, 400, 200_000])
      expect(judge(forgeReport({ line: nested(depth) }))).toMatchObject(found);
  });

  it.each(['2026-02-30T12:00:01.000Z', '2026-10-01T24:00:00.000Z', '2026-10-01T12:00:60.000Z'])(
    'is refused where it holds a time that does not exist: %s',
    (time) => {
      const untimely = (line: string, seq: number): string =>
        seq === 2 ? line.replace(/"time":"[^"]+"/, `"time":"${time}"`) : line;
      expect(judge(forgeReport({ line: untimely }))).toMatchObject(found);
      const state: Forgery['state'] = (statement) => void Object.assign(statement, { made: time });
      expect(judge(forgeReport({ state }))).toMatchObject(found);
    },
  );

  it('is refused if a line is longer than a record, or has a duplicate name', () => {
    const long = (line: string, seq: number): string =>
      seq === 2 ? line.replace('"details":{}', `"details":{"a":"${'x'.repeat(1 << 20)}"}`) : line;
    expect(judge(forgeReport({ line: long }))).toMatchObject(found);
  });
});

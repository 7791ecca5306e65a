import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeReport } from './make-report.ts';
import { encodeReport } from './report.ts';
import { readCheckpointFile, readReplyFile } from './small-file.ts';
import { makeReportVault } from './testing/report-vault.ts';
import { TimeAuthority } from './testing/time-authority.ts';
import { judge } from './testing/verifiers.ts';
import { attachTimestamp } from './timestamps.ts';

let authority: TimeAuthority;

beforeAll(() => {
  authority = new TimeAuthority();
});
afterAll(() => authority.remove());

const usage: unknown = expect.objectContaining({ code: 'usage' });

describe('a time stamp of RFC 3161', () => {
  it('made by openssl is stored, included in reports, and openssl verifies it', async () => {
    const { session } = await makeReportVault('ed25519');
    const checkpoint = await session.checkpoint();
    const reply = authority.stamp(checkpoint?.note ?? '');
    const other = await makeReportVault('ed25519');
    await expect(attachTimestamp(other.session.vault, reply)).rejects.toEqual(usage);
    await attachTimestamp(session.vault, reply);
    const report = await makeReport(session, { kind: 'activity', filter: {}, title: 'x' });
    expect(judge(encodeReport(report))).toMatchObject({ ours: true, script: true });
    const [stamp] = report.timestamps;
    const kept = Buffer.from(stamp?.reply ?? '', 'base64');
    expect(authority.verify(stamp?.note ?? '', kept)).toContain('OK');
    for (const each of report.timestamps) each.note = report.checkpoints.closing.note;
    expect(judge(encodeReport(report))).toMatchObject({ ours: false, script: false });
  });

  it('is distinguished from other files, which are named', async () => {
    const { session } = await makeReportVault('p256');
    const note = (await session.checkpoint())?.note ?? '';
    const file = path.join(authority.folder, 'given');
    const given = (bytes: string | Buffer): string => {
      writeFileSync(file, bytes);
      return file;
    };
    const reply = authority.stamp(note);
    expect((await readReplyFile(given(reply))).equals(reply)).toBe(true);
    await expect(readReplyFile(given(note))).rejects.toThrow(
      'given is a checkpoint, not the reply',
    );
    const request = authority.request(note);
    await expect(readReplyFile(given(request))).rejects.toThrow('is a request for a time stamp');
    await expect(readReplyFile(given(''))).rejects.toThrow('given is empty');
    await expect(readCheckpointFile(given(reply))).rejects.toThrow('is the reply of a time-');
    const sealed = Buffer.from('89434c560d0a1a0a', 'hex');
    await expect(readCheckpointFile(given(sealed))).rejects.toThrow('is an encrypted file');
    expect(await readCheckpointFile(given(note))).toBe(note);
  });
});

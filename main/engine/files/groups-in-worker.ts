import { closeSync } from 'node:fs';
import path from 'node:path';
import { syncFolder } from '../../system/index.ts';
import { KeySession } from '../keys/key-session.ts';
import type { VaultToken } from '../keys/vault-token.ts';
import { failedFile } from './failed-file.ts';
import type { FileDone, FileJob, FileResult, WritingJob } from './jobs.ts';
import type { Parts } from './part.ts';
import { openSource, type Source } from './source.ts';

/** A part that is written but perhaps not yet on disk. */
export interface Written {
  readonly fd: number;
  readonly part: string;
  readonly done: FileDone;
}

/** What a worker writes files with. */
export interface Writer {
  readonly token: VaultToken;
  readonly parts: Parts;
}

/**
 * One session for the whole group: a wrapped key is unwrapped once for all its files, which costs
 * more than everything else that is done with a small file. File keys end with their file.
 */
export const forEachFile = <Job extends FileJob>(
  token: VaultToken,
  files: readonly Job[],
  failed: FileResult[],
  work: (keys: KeySession, job: Job) => void,
): void =>
  token.connection.withSession((session) => {
    const keys = new KeySession(token, session);
    for (const job of files) {
      try {
        work(keys, job);
      } catch (error) {
        failed.push(failedFile(job, error));
      } finally {
        keys.forgetFileKeys();
      }
    }
  });

/** Writes every part, then puts all of them on disk at once: concurrent fsyncs share their waiting. */
export const writeGroup = async (
  { token, parts }: Writer,
  files: readonly WritingJob[],
  write: (keys: KeySession, job: WritingJob) => Written,
): Promise<FileResult[]> => {
  const written: Written[] = [];
  const failed: FileResult[] = [];
  try {
    forEachFile(token, files, failed, (keys, job) => written.push(write(keys, job)));
  } catch (error) {
    for (const { fd, part } of written) parts.discard(fd, part);
    throw error;
  }
  const names = new Set(written.map(({ part }) => path.dirname(part)));
  const folders = new Map([...names].map((name) => [name, syncFolder(name)]));
  const finished = written.map(async ({ fd, part, done }): Promise<FileResult> => {
    try {
      await parts.finish(fd, part, folders.get(path.dirname(part)));
      return done;
    } catch (error) {
      return failedFile({ index: done.index }, error);
    }
  });
  return [...failed, ...(await Promise.all(finished))];
};

export const withSource = <T>(job: FileJob, work: (source: Source) => T): T => {
  const source = openSource(job.input, job);
  try {
    return work(source);
  } finally {
    closeSync(source.fd);
  }
};

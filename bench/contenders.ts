import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { limits } from '../shared/limits.ts';
import { isThere, run } from './processes.ts';
import type { RawToken } from './raw-job.ts';
import { ageTool, copyTool, gpgTool, node, rawTool, type Tool } from './tools.ts';

export interface Peers {
  readonly tools: readonly Tool[];
  /** Programs that are not installed. */
  readonly missing: readonly string[];
  /** Stops what the other tools have left running. */
  readonly stop: () => Promise<void>;
}

export interface PeerOptions {
  readonly folder: string;
  readonly smallFiles: number;
  readonly onDisk: boolean;
  readonly signal: AbortSignal;
}

/** One process per file is slow, so these tools are measured with a sample of the files. */
const AGE_SAMPLE = 500;
const GPG_SAMPLE = 50;

export const PIN = '271828';
/** As many as the engine has workers. */
export const threads = Math.min(limits.workers, availableParallelism());

export const makePeers = async (options: PeerOptions): Promise<Peers> => {
  const { smallFiles, onDisk } = options;
  const age = await makeAge(options);
  const gpg = await makeGpg(options);
  const tools = [
    ...(age === null ? [] : [age]),
    ...(gpg === null ? [] : [gpg.tool]),
    copyTool(smallFiles, false),
    ...(onDisk ? [copyTool(smallFiles, true)] : []),
    ...[null, await makeRawToken(options)].flatMap((token) =>
      [false, true].map((digest) => rawTool({ token, threads, digest }, smallFiles)),
    ),
  ];
  const missing = [...(age === null ? ['age'] : []), ...(gpg === null ? ['gpg'] : [])];
  return { tools, missing, stop: gpg?.stop ?? (() => Promise.resolve()) };
};

const makeRawToken = async ({ folder, signal }: PeerOptions): Promise<RawToken> => {
  const home = path.join(folder, 'raw-token');
  mkdirSync(home);
  const { stdout } = await run(node('./raw-token.js', home, PIN), signal);
  return JSON.parse(stdout) as RawToken;
};

const makeAge = async ({ folder, smallFiles, signal }: PeerOptions): Promise<Tool | null> => {
  if (!(await isThere('age', signal)) || !(await isThere('age-keygen', signal))) return null;
  const keyFile = path.join(folder, 'age-key');
  await run({ file: 'age-keygen', args: ['-o', keyFile] }, signal);
  const [, recipient] = /public key: (age1\w+)/.exec(readFileSync(keyFile, 'utf8')) ?? [];
  if (recipient === undefined) throw new Error('age-keygen made no public key');
  return ageTool(keyFile, recipient, Math.min(AGE_SAMPLE, smallFiles));
};

const makeGpg = async ({
  folder,
  smallFiles,
  signal,
}: PeerOptions): Promise<{ readonly tool: Tool; readonly stop: () => Promise<void> } | null> => {
  if (!(await isThere('gpg', signal))) return null;
  const home = path.join(folder, 'gnupg');
  mkdirSync(home, { mode: 0o700 });
  const passphrase = path.join(folder, 'passphrase');
  writeFileSync(passphrase, 'correct horse battery staple\n');
  const stop = async (): Promise<void> => {
    const args = ['--homedir', home, '--kill', 'gpg-agent'];
    await run({ file: 'gpgconf', args }, new AbortController().signal).catch(() => undefined);
  };
  return { tool: gpgTool(home, passphrase, Math.min(GPG_SAMPLE, smallFiles)), stop };
};

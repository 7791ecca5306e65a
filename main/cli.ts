#!/usr/bin/env node
import { endOf, exitCodes, givenArguments, Output, runCli, terminalOf } from './cli/index.ts';
import { hostname } from 'node:os';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { VERSION } from '../shared/version.ts';
import { forbidCoreDumps, osUser, stateFolder, systemClock } from './system/index.ts';
import { type EngineProcess, startEngine } from './engine/index.ts';
import { loadSqlJs } from './sqlite/index.ts';
import { TrustStore } from './trust/index.ts';
import { userIndexCache } from './audit/index.ts';
import type { VaultContext } from './vault/index.ts';

// Composition root of the command line.

const CANCELLED = 130;

const streams = {
  input: process.stdin,
  output: new Output(process.stdout),
  errors: new Output(process.stderr),
};
const terminal = terminalOf(streams);
const cancelling = new AbortController();
const engines = new Set<EngineProcess>();

const start = (): EngineProcess => {
  const engine = startEngine(new URL('./engine/process.js', import.meta.url));
  engines.add(engine);
  void engine.exited.then(() => engines.delete(engine));
  return engine;
};

/**
 * Of SQLite only what runs for seconds is compiled a second time, to be faster. A command ends
 * before that pays: it would cost 0.2 s on other threads, and 10 MB.
 */
const spareCompiling = (): void => setFlagsFromString('--wasm-tiering-budget=200000000');

const vaultContext = async (): Promise<VaultContext> => {
  systemClock.now(); // a clock that no record can hold is refused before anything is started
  return {
    sqlJs: await loadSqlJs(),
    actor: { user: osUser(), host: hostname(), app: `claviger/${VERSION}` },
    clock: systemClock,
    indexCache: userIndexCache(process.env, process.platform),
  };
};

/** The first Ctrl-C finishes what is under way; the second one does not wait. */
const cancel = (): void => {
  if (cancelling.signal.aborted) process.exit(CANCELLED);
  terminal.notice([
    'Cancelling: files under way are finished or removed. Once more to stop at once.',
  ]);
  cancelling.abort();
};

forbidCoreDumps();
spareCompiling();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, cancel);

/** A bug is printed in full, but made printable, because it may quote a file. */
const run = async (): Promise<number> => {
  try {
    return await runCli(givenArguments(process.argv.slice(2)), {
      terminal,
      environment: process.env,
      startEngine: start,
      openTrust: () => new TrustStore(stateFolder(process.env, process.platform)),
      vaultContext,
      signal: cancelling.signal,
    });
  } catch (error) {
    terminal.notice(inspect(error).split('\n'));
    return exitCodes.someFailed;
  }
};

const main = async (): Promise<void> => {
  const code = await run();
  for (const engine of engines) await engine.stop();
  process.exitCode = await endOf(streams, code);
};

void main();

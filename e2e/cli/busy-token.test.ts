import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LedgerIdentity } from '../../main/engine/keys/ledger-keys.ts';
import type { KeyMaterial } from '../../shared/keys.ts';
import { type KeyId, keyIdSchema, vaultIdSchema } from '../../shared/ids.ts';
import type { EngineCalls, UseMasters } from '../../main/engine/api.ts';
import type { FolderPlace } from '../../main/engine/files/open-folder.ts';
import type { Caller } from '../../main/rpc/caller.ts';
import { type EngineProcess, startEngine } from '../../main/engine/start.ts';
import { makeHome, PIN } from '../support/vaults.ts';

// Uses the engine directly: the command line never runs a batch and a key creation at the same time.

const script = new URL('../../out/bundle/engine-process.cjs', import.meta.url);
const lifetimes = { idleMs: 600_000, absoluteMs: 3_600_000 };
const newId = (): string => randomBytes(16).toString('hex');
const newKeyId = (): KeyId => parse(keyIdSchema, newId());
const vaultId = parse(vaultIdSchema, newId());

let home = '';
let engine: EngineProcess;
let calls: Caller<EngineCalls>;
let ledger: LedgerIdentity;
let masters: UseMasters;

beforeAll(async () => {
  home = makeHome();
  engine = startEngine(script);
  calls = engine.caller;
  await calls.call(
    'connect',
    await calls.call('createEvaluationToken', { folder: home, pin: PIN }),
  );
  await calls.call('login', { pin: PIN });
  const profile = await calls.call('probe', null);
  const made = await calls.call('createMasters', { vaultId, profile });
  const { checkpoint } = await calls.call('createSigningKeys', { vaultId, profile });
  ledger = { vaultId, key: { curve: checkpoint.curve, spki: checkpoint.spki } };
  await calls.call('bindLedger', ledger);
  masters = { vaultId, masters: made, profile, lifetimes };
});

afterAll(async () => {
  await engine.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

const makeResident = (): Promise<KeyMaterial> =>
  calls.call('createKey', { id: newKeyId(), version: 1, custody: 'resident', bulk: 'host' });

const keepAnchor = (text: string): Promise<void> => {
  const note = `claviger.invalid/${vaultId}/${text}`;
  return calls.call('keepAnchor', { vaultId, kind: 'data-object', note, superseded: [] });
};

const foldersNow = (): FolderPlace[] => [{ path: home, root: home, identity: null }];

/** Encrypts one file again and again, each time with a key that is looked up in the token. */
const keepBusy = async (key: KeyMaterial, size: number, until: () => boolean): Promise<void> => {
  const input = join(home, newId());
  writeFileSync(input, Buffer.alloc(size));
  const keySet = await calls.call('addKeySet', { keys: [key], refused: [], slots: null });
  while (!until()) {
    const part = `${input}.part`;
    const files = [{ index: 0, input, size, planned: null, part }];
    const [result] = await calls.call('encrypt', { keySet, files, folders: foldersNow() });
    expect(result).toMatchObject({ outcome: 'done' });
    rmSync(part);
  }
};

/** Bytes: three files that a worker processes whole, and one that all workers share. */
const sizes = [1, 1, 1, 24 * 1024 * 1024];

const whileBusy = async (work: () => Promise<void>): Promise<void> => {
  const key = await makeResident();
  let ended = false;
  const batches = sizes.map((size) => keepBusy(key, size, () => ended));
  try {
    await work();
  } finally {
    ended = true;
    await Promise.all(batches);
  }
};

it('creates keys and anchors in the token while workers start and encrypt', async () => {
  for (let round = 0; round < 12; round++) {
    // The previous workers have ended, and those of this round search the token as they start.
    await calls.call('useMasters', masters);
    await whileBusy(async () => {
      for (let key = 0; key < 15; key++) {
        await makeResident();
        await keepAnchor(`round ${round}, key ${key}`);
      }
    });
  }
});

it('creates no key if the vault is locked while it waits for the workers', async () => {
  await calls.call('useMasters', masters);
  const key = await makeResident();
  const input = join(home, newId());
  writeFileSync(input, 'x');
  const keySet = await calls.call('addKeySet', { keys: [key], refused: [], slots: null });
  const files = [{ index: 0, input, size: 1, planned: null, part: `${input}.part` }];
  // The workers start for this file, and the new key waits for them.
  const file = calls.call('encrypt', { keySet, files, folders: foldersNow() }).catch(() => null);
  const late = makeResident();
  const locked = calls.call('logout', null);
  await expect(late).rejects.toMatchObject({ code: 'not-logged-in' });
  await locked;
  await file;
});

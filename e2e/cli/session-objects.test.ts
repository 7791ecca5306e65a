import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { runBatch } from '../../main/batch/batches.ts';
import { planBatch } from '../../main/batch/plan.ts';
import { newestRules, slotChange } from '../../main/batch/slot-rules.ts';
import { withoutTrash } from '../../main/batch/trash.ts';
import { startEngine } from '../../main/engine/start.ts';
import { VaultSession } from '../../main/session/vault-session.ts';
import { loadSqlJs } from '../../main/sqlite/sql-js.ts';
import { TrustStore } from '../../main/trust/trust-store.ts';
import { Vault } from '../../main/vault/vault.ts';
import { type BatchKind, isReplacing } from '../../shared/batch.ts';
import { custodyPairs } from '../../shared/keys.ts';
import { areaOf, damaged, flipBit } from '../support/damage.ts';
import { until } from '../support/processes.ts';
import { seeded } from '../support/seeded.ts';
import { filesIn, randomTree } from '../support/trees.ts';
import { makeVault, PIN, stateOf, tokenNames } from '../support/vaults.ts';

const ENGINE = pathToFileURL(
  fileURLToPath(new URL('../../out/bundle/engine-process.cjs', import.meta.url)),
);
const SPY = fileURLToPath(new URL('../support/session-objects.mjs', import.meta.url));
const actor = { user: 'tester', host: 'here', app: 'claviger/e2e' };

describe.each(tokenNames)('with %s', (token) => {
  it('no session object and no cached key remains after a batch, whatever failed', async () => {
    const vault = await makeVault(token);
    try {
      for (const { custody, bulk } of custodyPairs) {
        await vault.createKey(`${custody}/${bulk}`, custody, bulk);
      }
      const plain = randomTree(join(vault.home, 'plain'), seeded(17), {
        files: 15,
        most: 2_000,
        sizes: [5_000_000],
      });
      const opened = await Vault.open(vault.dir, {
        sqlJs: await loadSqlJs(),
        actor,
        clock: { source: 'system', now: () => new Date() },
      });
      const session = new VaultSession({
        vaultDir: vault.dir,
        vault: opened,
        trust: new TrustStore(stateOf(vault.dir)),
        startEngine: () => startEngine(ENGINE),
        lifetimes: () => ({ idleMs: 60_000, absoluteMs: 60_000 }),
        askPin: () => Promise.resolve(PIN),
      });
      const batch = async (
        kind: BatchKind,
        paths: string[],
        out: string | null,
        keys: string[],
      ): Promise<number> => {
        const conflict = 'keep-both';
        const { keys: all } = opened.tables;
        const wanted = { to: keys[0] ?? null, add: [], remove: [], dropOthers: false };
        const slots = isReplacing(kind) ? slotChange(all, wanted, new Date()) : null;
        const plan = await planBatch({
          kind,
          paths,
          outputDir: out,
          conflict,
          slotRules: newestRules(all, { kind, slots }, new Date()),
          vaultDir: vault.dir,
        });
        const request = {
          ...({ kind, plan, conflict, slots, keys: isReplacing(kind) ? [] : keys } as const),
          ...{ originals: 'keep' as const, outputDir: out },
          ...{ encryptedInputs: 'refuse' as const, sealedNames: false },
        };
        const options = {
          signal: new AbortController().signal,
          onProgress: nothing,
          onReceipt: nothing,
          trash: withoutTrash,
        };
        const { receipts } = await runBatch(session, request, options);
        return receipts.filter(({ outcome }) => outcome === 'failed').length;
      };
      const file = join(vault.home, 'objects');
      const objects = async (): Promise<number> => {
        writeFileSync(`${file}.ask`, '');
        await until(() => existsSync(`${file}.count`));
        const found = Number(readFileSync(`${file}.count`, 'utf8'));
        rmSync(`${file}.count`);
        return found;
      };
      vi.stubEnv('NODE_OPTIONS', `--import=${SPY}`);
      vi.stubEnv('CLAVIGER_COUNT_OBJECTS', file);
      try {
        await session.unlock();
        expect(await objects()).toBe(0);
        for (const { custody, bulk } of custodyPairs) {
          const name = `${custody}/${bulk}`;
          const out = join(vault.home, `${custody}-${bulk}`);
          expect(await batch('encrypt', [plain], out, [name])).toBe(0);
          expect(await objects()).toBe(0);
          for (const file of filesIn(out)) damaged(file, 'flipped', (bytes) => flipBit(bytes, -1));
          for (const file of filesIn(out).slice(0, 5)) {
            damaged(file, 'sealed', (bytes) => flipBit(bytes, areaOf(bytes) - 40));
          }
          const bad = filesIn(out).length - 16;
          expect(await batch('decrypt', [out], `${out}-opened`, [])).toBe(bad);
          expect(await objects()).toBe(0);
          expect(await batch('verify', [out], null, [])).toBe(bad);
          expect(await objects()).toBe(0);
          const other = custodyPairs.find((pair) => pair.bulk === bulk && pair.custody !== custody);
          const names = [`${other?.custody}/${bulk}`, name] as const;
          // A damaged header fails a rewrap; damaged data is found when it is decrypted.
          expect(await batch('rewrap', [out], null, [names[0]])).toBe(5);
          expect(await objects()).toBe(0);
          expect(await batch('reencrypt', [out], null, [names[1]])).toBe(bad);
          expect(await objects()).toBe(0);
        }
        const cached = await session.engine.call('cachedKeys', null);
        expect(cached).toHaveLength(1);
        await session.engine.call('flushKeys', { id: null });
        expect(await session.engine.call('cachedKeys', null)).toEqual([]);
      } finally {
        await session.lock('the test has ended');
        await opened.close();
        vi.unstubAllEnvs();
      }
      await vault.expectSound();
    } finally {
      vault.remove();
    }
  });
});

const nothing = (): void => undefined;

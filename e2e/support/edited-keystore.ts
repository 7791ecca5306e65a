import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSqlJs } from '../../main/sqlite/sql-js.ts';

/**
 * Names another library in a vault's keystore, as anyone with write access to its folder can, with
 * a line in the ledger that claims this keystore.
 */
export const nameLibrary = async (dir: string, modulePath: string): Promise<void> => {
  const { Database } = await loadSqlJs();
  const file = join(dir, 'keystore.sqlite');
  const db = new Database(readFileSync(file));
  const [text] = db.exec("SELECT value FROM meta WHERE name = 'token'")[0]?.values[0] ?? [];
  const token = { ...(JSON.parse(String(text)) as object), modulePath, inVault: false };
  db.run("UPDATE meta SET value = ? WHERE name = 'token'", [JSON.stringify(token)]);
  const image = db.export();
  db.close();
  writeFileSync(file, image);
  const ledger = join(dir, 'ledger.jsonl');
  const last = readFileSync(ledger, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  const { seq, time, actor } = JSON.parse(last) as { seq: number; time: string; actor: object };
  const keystore = createHash('sha256').update(image).digest('hex');
  const line = {
    seq: seq + 1,
    ...{ time, clock: 'system', actor, action: 'seals.reserve', subject: { scope: 'master' } },
    ...{ outcome: 'ok', details: { block: 10_000, reserved: 20_000, keystore } },
  };
  appendFileSync(ledger, `${JSON.stringify(line)}\n`);
};

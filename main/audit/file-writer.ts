import type { Db } from '../sqlite/index.ts';
import { type FileNews, fileNumber } from './known-files.ts';

const statements = {
  forget: 'DELETE FROM replaced_slots WHERE file = ?',
  keep: 'INSERT INTO replaced_slots SELECT * FROM file_slots WHERE file = ?',
  remove: 'DELETE FROM file_slots WHERE file = ?',
  add: 'INSERT OR IGNORE INTO file_slots (file, key, version) VALUES (?, ?, ?)',
  bringBack: 'INSERT OR IGNORE INTO file_slots SELECT * FROM replaced_slots WHERE file = ?',
  rename: 'UPDATE file_slots SET file = ? WHERE file = ?',
} as const;

/**
 * Keeps which key versions open which file. An output is recorded before it gets its name: where it
 * does not get it, the file that it was to replace is still there.
 */
export class FileWriter {
  readonly #db: Db;
  readonly #word: (word: string) => number;

  constructor(db: Db, word: (word: string) => number) {
    this.#db = db;
    this.#word = word;
  }

  add(all: readonly FileNews[]): void {
    this.#db.statements(statements, (run) => {
      for (const news of all) {
        if (news.kind === 'renamed') {
          const [from, to] = [fileNumber(news.from), fileNumber(news.to)];
          run('remove', to);
          run('rename', to, from);
          run('bringBack', from);
          continue;
        }
        const file = fileNumber(news.path);
        if (news.kind === 'slots') {
          run('forget', file);
          run('keep', file);
        }
        run('remove', file);
        if (news.kind === 'gone') run('bringBack', file);
        else for (const { key, version } of news.slots) run('add', file, this.#word(key), version);
      }
    });
  }
}

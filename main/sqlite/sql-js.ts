import { createRequire } from 'node:module';
import initSqlJs, { type SqlJsStatic } from 'sql.js';

/** Loads SQLite (sql.js, WebAssembly); done once by each program's entry point and passed on. */
export const loadSqlJs = (): Promise<SqlJsStatic> => {
  const wasm = createRequire(import.meta.url).resolve('sql.js/dist/sql-wasm.wasm');
  return initSqlJs({ locateFile: () => wasm });
};

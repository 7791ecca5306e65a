export { Db, parseRow, type Query, sql } from './db.ts';
export { loadSqlJs } from './sql-js.ts';

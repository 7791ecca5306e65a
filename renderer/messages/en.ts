import { audit, acts } from './en/audit.ts';
import { carryOver } from './en/carry-over.ts';
import { common } from './en/common.ts';
import { keyActs } from './en/key-acts.ts';
import { keys } from './en/keys.ts';
import { overview } from './en/overview.ts';
import { reports } from './en/reports.ts';
import { rollback } from './en/rollback.ts';
import { settings } from './en/settings.ts';
import { setup } from './en/setup.ts';
import { start } from './en/start.ts';
import { survey } from './en/survey.ts';
import { trust } from './en/trust.ts';
import { work } from './en/work.ts';

/** Every word that the window shows. */
export const messages = {
  ...common,
  ...start,
  setup,
  trust,
  carryOver,
  overview,
  keys,
  keyActs,
  work,
  audit,
  acts,
  reports,
  rollback,
  settings,
  survey,
};

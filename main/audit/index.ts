export { AuditIndex } from './audit-index.ts';
export type { AuditLine } from './audit-lines.ts';
export type { AuditFilter } from './audit-query.ts';
export {
  type FileActivity,
  isProcessing,
  type KeyUse,
  type RefusedUse,
  type UsedKey,
} from './audit-use.ts';
export { type IndexCache, userIndexCache } from './index-cache.ts';

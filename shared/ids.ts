import * as v from 'valibot';

/** 16 random bytes as 32 lower-case hex digits: how every id of this program is written. */
export const idSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{32}$/, 'an id is 32 lower-case hex digits'),
);

export const vaultIdSchema = v.pipe(idSchema, v.brand('VaultId'));
export const keyIdSchema = v.pipe(idSchema, v.brand('KeyId'));
export const fileIdSchema = v.pipe(idSchema, v.brand('FileId'));
export const batchIdSchema = v.pipe(idSchema, v.brand('BatchId'));

export type VaultId = v.InferOutput<typeof vaultIdSchema>;
export type KeyId = v.InferOutput<typeof keyIdSchema>;
export type FileId = v.InferOutput<typeof fileIdSchema>;
export type BatchId = v.InferOutput<typeof batchIdSchema>;

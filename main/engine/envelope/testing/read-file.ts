import { parseHeader } from '../header.ts';
import { hostCipher } from '../host-cipher.ts';
import { checkSeal } from '../seal.ts';
import { openSealed, type OpenedFile } from '../whole.ts';
import { openSlots } from './software-keys.ts';

/** Either the file key itself, or a key that opens a slot. */
export type Secret = { readonly dek: Uint8Array } | { readonly key: Uint8Array };

/** The whole way of a reader: header, slot, seal, length, segments. */
export const readFile = (file: Uint8Array, secret: Secret): OpenedFile => {
  const header = parseHeader(file.subarray(0, 65_024));
  const dek = 'dek' in secret ? secret.dek : openSlots(header, secret.key);
  const cipher = hostCipher(dek);
  checkSeal(cipher, header);
  return openSealed(cipher, header, file);
};

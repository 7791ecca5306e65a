/** SHA-256 in hex. */
export const FINGERPRINT_LENGTH = 64;

/** The digits of a fingerprint as somebody wrote it: groups and capitals do not matter. */
export const fingerprintDigits = (text: string): string =>
  text.toLowerCase().replaceAll(/[^0-9a-f]/g, '');

/** Why a text is no whole fingerprint, as a sentence; null where it is one. */
export const fingerprintFault = (text: string): string | null => {
  const { length } = fingerprintDigits(text);
  if (length === FINGERPRINT_LENGTH) return null;
  return `A fingerprint has ${FINGERPRINT_LENGTH} characters, ${length} ${length === 1 ? 'is' : 'are'} given.`;
};

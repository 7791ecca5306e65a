/** What is reported about a token or its library when a vault is unlocked, in sentences. */

interface Named {
  readonly label: string;
  readonly serial: string;
}

const nameOf = ({ label, serial }: Named): string => `“${label}”, serial number ${serial}`;

export const twin = (token: Named, known: Named): string =>
  `This is not the token that this computer knows: it is ${nameOf(token)}, instead of ${nameOf(known)}.`;

export const libraryUpdated = (path: string, sha256: string): string =>
  `The PKCS#11 library has changed and was tested again: ${path}, SHA-256 ${sha256}.`;

/** @param notKept why this computer cannot remember it */
export const firstMeeting = (key: string | null, library: string, notKept: string | null): string =>
  `This computer opens this vault for the first time. Fingerprint of its key: ${key ?? 'none'}; ` +
  `PKCS#11 library: ${library}. ${notKept ?? 'This computer remembers both from now on.'}`;

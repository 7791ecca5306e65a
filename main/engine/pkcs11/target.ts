/** Everything that is needed to find one token again: where its library is and what the token is called. */
export interface TokenTarget {
  /** Absolute path of the PKCS#11 library. */
  readonly modulePath: string;
  /** String for C_Initialize, as NSS softokn wants it; null for every other library. */
  readonly parameters: string | null;
  /** Environment variables the library reads when it is first initialised. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the library must have before it is loaded; null where its user has just named it. */
  readonly librarySha256: string | null;
  /** CKA label of the token, without padding. */
  readonly label: string;
  /** Serial number of the token; null where any token of that label will do. */
  readonly serial: string | null;
  /**
   * Where no token has this label and this serial number: true for the only one that has either,
   * which may be a clone with the same keys.
   */
  readonly orTwin: boolean;
}

/** What only the operating system's own dialogs and file manager can do. */
export interface Dialogs {
  /** @returns an absolute path; null where it was cancelled */
  pickFolder(title: string): Promise<string | null>;
  pickFiles(title: string): Promise<readonly string[]>;
  /** A PKCS#11 library. */
  pickLibrary(): Promise<string | null>;
  /** @param name what the file is to be called, unless the person says otherwise */
  pickSave(name: string): Promise<string | null>;
  /** Shows a file or folder in the file manager. */
  reveal(path: string): void;
  /** Puts text into the clipboard. @throws Failure 'io' where it has not arrived there */
  copy(text: string): Promise<void>;
}

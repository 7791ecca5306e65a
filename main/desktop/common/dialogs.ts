/** The operating system's dialogs, file manager and clipboard. */
export interface Dialogs {
  /** @returns an absolute path; null if cancelled */
  pickFolder(title: string): Promise<string | null>;
  pickFiles(title: string): Promise<readonly string[]>;
  /** A PKCS#11 library. */
  pickLibrary(): Promise<string | null>;
  /** @param name the suggested file name */
  pickSave(name: string): Promise<string | null>;
  /** Shows a file or folder in the file manager. */
  reveal(path: string): void;
  /** Puts text into the clipboard. @throws Failure 'io' if that failed */
  copy(text: string): Promise<void>;
}

/** The program's version; a test holds it equal to package.json's. */
export const VERSION = '0.1.0';

/** The Electron that this program is made for; a test holds it equal to package.json's. */
export const ELECTRON_VERSION = '45.4.1';

import factory, { type Bidi } from 'bidi-js';

export type { Bidi };

/** The package is CommonJS, and its types describe an ES module: the import is the factory itself. */
export const newBidi = (): Bidi => (factory as unknown as () => Bidi)();

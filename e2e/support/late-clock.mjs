// Loaded into every process of the command line (NODE_OPTIONS=--import): a clock far in the future.
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.UTC(10_001, 0, 1));
    else super(...args);
  }
};

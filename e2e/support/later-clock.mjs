// Loaded into every process of the command line (NODE_OPTIONS=--import): a clock that is as many
// days ahead as CLAVIGER_LATER_DAYS says.
const Real = Date;
const aheadMs = Number(process.env.CLAVIGER_LATER_DAYS ?? 0) * 86_400_000;
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + aheadMs);
    else super(...args);
  }

  static now() {
    return Real.now() + aheadMs;
  }
};

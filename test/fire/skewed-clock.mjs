// Loaded into a process before its own code: the clock of its machine is CLOCK_OFFSET_MS off, and CLOCK_RATE times as fast. Timers wait as long as ever.
const Real = globalThis.Date;
const realNow = Real.now;
const { CLOCK_OFFSET_MS = '0', CLOCK_RATE = '1' } = process.env;
const began = realNow();

Real.now = () => Math.round(began + Number(CLOCK_OFFSET_MS) + (realNow() - began) * Number(CLOCK_RATE));
globalThis.Date = new Proxy(Real, {
  /** @returns {Date} */
  construct: (target, given, newTarget) => {
    const made = /** @type {unknown} */ (
      Reflect.construct(target, given.length === 0 ? [Real.now()] : given, newTarget)
    );
    return /** @type {Date} */ (made);
  },
  apply: () => new Real(Real.now()).toString(),
});
Real.prototype.constructor = globalThis.Date;

// What the fault proxy can do to the connections that go through it.

interface FaultOptions {
  /** Nothing. */
  readonly pass: object;
  /** Every chunk is passed on that much later, in milliseconds. */
  readonly latency: { readonly ms: number };
  readonly throttle: { readonly bytesPerSecond: number };
  /** Byte by byte: whoever reads has to put answers together. */
  readonly slicer: object;
  /** Half open: nothing goes through, and the client does not learn that the server is gone. Connections stay so when the mode changes. */
  readonly blackhole: object;
  /** Connections are reset, new ones as soon as they are there. */
  readonly reset: object;
  /** Connections are reset, and nobody listens for new ones. */
  readonly refuse: object;
  /** A connection is cut as soon as this side sends more bytes than these. 0 from the server: the request has arrived, its answer is lost. */
  readonly dropAfter: { readonly bytes: number; readonly from: 'client' | 'server' };
}

export type FaultMode = keyof FaultOptions;
/** Nothing where a mode needs to know nothing more. */
export type OptionsOf<M extends FaultMode> = object extends FaultOptions[M] ? [] : [options: FaultOptions[M]];
export type Fault = { [M in FaultMode]: { readonly kind: M } & FaultOptions[M] }[FaultMode];

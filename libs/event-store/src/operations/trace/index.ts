// The face of the trace.
export { collect, type Collected, type CollectOptions, type TracedContext } from './collect.js';
export { findRequest, timeOf, type FindOptions, type FoundRequest } from './find.js';
export type { Hop, HopKind } from './hops.js';
export { trace, type Trace, type TraceOptions } from './trace.js';
export type {
  FoundId,
  PositionRange,
  TracedAside,
  TracedDecision,
  TracedOperation,
  TracedRecord,
  TracedTimer,
  TraceDirectory,
} from './trace-directory.js';
export { traceTree, type TraceNode } from './tree.js';

// The test kits: given, when, then for aggregates, processes and projections, on the production wiring. For specs only; they need no test runner.
export { corpusExamples, corpusProblems, readCorpus, type CorpusEntry } from './corpus/corpus.js';
export { differencesFromAll, shapeDifferences } from './corpus/shape.js';
export { days, hours, minutes, seconds } from './kits/durations.js';
export { given, type DecidedAggregate, type DecisionOutcome, type GivenAggregate } from './kits/given-aggregate.js';
export { eventsOf, storedEvent } from './kits/given-events.js';
export {
  givenProcess,
  type GivenProcess,
  type ProcessAfter,
  type ProcessExpectations,
  type ProcessOutcome,
} from './kits/given-process.js';
export { givenProjection, type GivenProjection, type ProjectionIn } from './kits/given-projection.js';
export type { RowsDatabase } from './kits/read-model.js';
export { EventStoreTesting, type SettleOptions, type TestedModule } from './kits/event-store-testing.js';

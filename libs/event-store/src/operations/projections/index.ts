// The face of what may be done about projections.
export { cancelRebuild, type CancelOptions } from './cancel-rebuild.js';
export { ProjectionBusyError, ProjectionPausedError, ProjectionRefusedError } from './errors.js';
export { listProjections, type ListedProjection } from './list.js';
export type { OperatedProjection, ReadModelTables } from './operated-projection.js';
export { pauseProjection, resumeProjection, type PauseOutcome } from './pause.js';
export { rebuildProjection, type RebuildOptions, type RebuildOutcome, type RebuildProgress } from './rebuild.js';
export { rebuildStream, type RebuildStreamOptions, type StreamRebuilt } from './rebuild-stream.js';

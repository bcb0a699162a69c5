// The face of what may be seen of processes and done about them.
export { compensateProcess, type ProcessCompensated } from './compensate.js';
export {
  DISPATCH,
  type ListedProcess,
  type PendingTimer,
  type ProcessAside,
  type ProcessDirectory,
  type Refused,
} from './process-directory.js';
export { processSubject, retryProcess, type ProcessRetried } from './retry.js';
export { stuckProcesses, type StuckOptions, type StuckProcess, type StuckReason } from './stuck.js';

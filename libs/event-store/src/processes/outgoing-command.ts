// Commands a saga or process has decided to send: stored with its checkpoint, dispatched from the outgoing log, so that a crash changes neither.
import type { EventMetadata } from '../core/index.js';

export interface OutgoingCommand {
  /** f(process, cause, index): the same on every redelivery, and the command's own id when it is executed. */
  readonly id: string;
  /** `<process>/<key of the cause>`: commands of one key are dispatched in order. */
  readonly key: string;
  /** The command's class name. */
  readonly type: string;
  /** The command's fields, plain JSON data. */
  readonly data: object;
  /** Correlation, causation (the event's id), actor (`saga:<name>`), reason. */
  readonly metadata: EventMetadata;
}

/** Written inside the saga's unit of work; read as the log `outgoing` (type, data and metadata as here, schemaVersion 1, version 0). */
export interface OutgoingLog {
  /** Ids that are stored already are left as they are. Joins the ambient unit of work. */
  append(commands: readonly OutgoingCommand[]): Promise<void>;
}

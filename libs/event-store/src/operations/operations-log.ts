// The port that remembers what operators did: who, when, what, and why.

export interface Operation {
  /** Who did it, e.g. `os-user:alice`, as they say themselves. */
  readonly actor: string;
  readonly action:
    | 'parked.replay'
    | 'parked.discard'
    | 'process.retry'
    | 'process.compensate'
    | 'unreadable.replay'
    | 'unreadable.discard'
    | 'projection.rebuild'
    | 'projection.cancel'
    | 'projection.rebuild-stream'
    | 'projection.pause'
    | 'projection.resume'
    | 'subject.forget'
    | 'epoch.renew';
  /** What it was done to, as `parked list` names it, or `<context>/<projection>@v<version>`, or `<context>/process/<process>/<id>`; of people `subject-<id>`, of a log `<context>/log-epoch`. */
  readonly subject: string;
  readonly reason: string | undefined;
  /** What the subject was; never its data. */
  readonly detail: Readonly<Record<string, string | number | null>>;
}

export interface RecordedOperation extends Operation {
  /** The role that the database let in; undefined in memory, and of what was done before this was kept. */
  readonly databaseUser?: string | undefined;
  /** On the database clock. */
  readonly at: Date;
}

export interface OperationsLog {
  /** Joins the open unit of work: it is recorded exactly when it is done. */
  record(operation: Operation): Promise<void>;
  /** What was done to `subject`, newest first, at most 100. */
  of(subject: string): Promise<RecordedOperation[]>;
}

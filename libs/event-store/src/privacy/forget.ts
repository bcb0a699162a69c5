// Forgets a person: destroys their key, drops the snapshots they are in, and tells everybody who may hold their data in plain text.
import {
  currentTransaction,
  deterministicId,
  InvalidRequestError,
  isSubject,
  subjectStream,
  type AppendRequest,
  type Clock,
  type EventStore,
  type SnapshotStore,
  type SubjectKeyStore,
  type UnitOfWork,
} from '../core/index.js';
import { KEY_TTL_MS } from './subject-keys.js';

export interface ForgetPorts {
  readonly subjectKeys: SubjectKeyStore;
  readonly snapshots: Pick<SnapshotStore, 'dropOf'>;
  readonly events: Pick<EventStore, 'append' | 'readStream'>;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  /** Inside the unit of work, unless it is recorded already. */
  record(forgotten: Forgotten): Promise<void>;
}

export interface ForgetOrder {
  readonly subject: string;
  /** Who does it, e.g. `os-user:alice`. */
  readonly actor: string;
  /** For the record, which is kept: a case number rather than a name. */
  readonly reason: string;
  /** Say what would happen, and change nothing. */
  readonly dryRun?: boolean;
  /** How long to wait between the two steps, in milliseconds; default twice {@link KEY_TTL_MS}: a batch may be in hand that was opened just before. */
  readonly graceMs?: number;
}

export interface Forgotten {
  /** `forgotten-before`: it was done already, and what an interruption had left is done now. With a dry run: it would be so. */
  readonly outcome: 'forgotten' | 'forgotten-before';
  /** False where nothing personal of the subject was ever stored here (in this form). */
  readonly hadKey: boolean;
  /** Undefined only for a dry run. */
  readonly destroyedAt: Date | undefined;
  /** How many were dropped. */
  readonly snapshots: number;
}

/**
 * Once it returns, no process reads what was stored encrypted any more, and `subject.forgotten` is in the log. It is told only when no process can
 * have the key any more, so that nobody writes plain text after having erased it, unless a handler has held a record for longer than that. Safe to repeat at any point.
 * @throws InvalidRequestError no name of a subject; @throws UnavailableError
 */
export async function forget(ports: ForgetPorts, order: ForgetOrder): Promise<Forgotten> {
  const { subject, dryRun = false, graceMs = 2 * KEY_TTL_MS } = order;
  const { subjectKeys, snapshots, events, unitOfWork, clock } = ports;
  if (!isSubject(subject)) {
    throw new InvalidRequestError(`${JSON.stringify(subject)} is no subject: expected an id of 1 to 200 characters.`);
  }
  if (!dryRun && currentTransaction()) {
    throw new InvalidRequestError(
      'A person cannot be forgotten inside a unit of work: the destruction has to be committed before anybody is told of it.',
    );
  }
  const [known] = await subjectKeys.find([subject]);
  const hadKey = known?.wrapped !== undefined;
  if (dryRun) {
    const outcome = known?.destroyedAt ? 'forgotten-before' : 'forgotten';
    return { outcome, hadKey, destroyedAt: known?.destroyedAt, snapshots: 0 };
  }
  const done = await unitOfWork.run(async () => {
    const { destroyedAt, first } = await subjectKeys.destroy(subject);
    const dropped = await snapshots.dropOf(subject);
    const outcome = first ? 'forgotten' : 'forgotten-before';
    const forgotten: Forgotten = { outcome, hadKey, destroyedAt, snapshots: dropped };
    await ports.record(forgotten);
    return forgotten;
  });
  // One for each destruction: keys that came back with a backup are destroyed, and told of, again.
  const id = deterministicId('subject.forgotten', subject, done.destroyedAt!.toISOString());
  if (!(await events.readStream(subjectStream(subject))).some((event) => event.id === id)) {
    await clock.sleep(graceMs);
    await events.append(announcement(order, id));
  }
  return done;
}

function announcement({ subject, actor, reason }: ForgetOrder, id: string): AppendRequest {
  const metadata = { correlationId: id, actor, reason };
  const event = { id, type: 'subject.forgotten', schemaVersion: 1, data: { subject }, metadata };
  return { stream: subjectStream(subject), expected: 'any', events: [event] };
}

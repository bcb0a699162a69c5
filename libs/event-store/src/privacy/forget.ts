// Forgets a person: destroys their key, drops the snapshots they are in, and tells everybody who may hold their data in plain text.
import {
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
  readonly events: Pick<EventStore, 'append' | 'streamVersion'>;
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
  /** How long to wait between the two steps, in milliseconds; default {@link KEY_TTL_MS}. */
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
 * Once it returns, no process can read what was stored encrypted, and `subject.forgotten` is in the log. It is told only when no process can have
 * the key any more, so that nobody writes plain text after having erased it. Safe to repeat at any point.
 * @throws InvalidRequestError no name of a subject; @throws UnavailableError
 */
export async function forget(ports: ForgetPorts, order: ForgetOrder): Promise<Forgotten> {
  const { subject, dryRun = false, graceMs = KEY_TTL_MS } = order;
  const { subjectKeys, snapshots, events, unitOfWork, clock } = ports;
  if (!isSubject(subject)) {
    throw new InvalidRequestError(`${JSON.stringify(subject)} is no subject: expected an id of 1 to 200 characters.`);
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
  if ((await events.streamVersion(subjectStream(subject))) === 0) {
    await clock.sleep(graceMs);
    await events.append(announcement(order));
  }
  return done;
}

function announcement({ subject, actor, reason }: ForgetOrder): AppendRequest {
  const id = deterministicId('subject.forgotten', subject);
  const metadata = { correlationId: id, actor, reason };
  const event = { id, type: 'subject.forgotten', schemaVersion: 1, data: { subject }, metadata };
  return { stream: subjectStream(subject), expected: 'no-stream', events: [event] };
}

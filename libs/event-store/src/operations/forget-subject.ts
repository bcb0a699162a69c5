// Forgetting a person is an operation like others: it has an actor and a reason, and it is recorded once.
import { subjectStream } from '../core/index.js';
import { forget, type ForgetOrder, type Forgotten } from '../privacy/index.js';
import type { OperatedContext } from './operated-context.js';

/** What the operations log calls it. */
export const FORGET_ACTION = 'subject.forget';

type Ports = Pick<OperatedContext, 'subjectKeys' | 'snapshots' | 'events' | 'unitOfWork' | 'clock' | 'operations'>;

/** As {@link forget}. */
export function forgetSubject(context: Ports, order: ForgetOrder): Promise<Forgotten> {
  const { subjectKeys, snapshots, events, unitOfWork, clock, operations } = context;
  const subject = subjectStream(order.subject);
  const record = async ({ hadKey, snapshots: dropped }: Forgotten): Promise<void> => {
    if ((await operations.of(subject)).length > 0) return;
    const { actor, reason } = order;
    const detail = { hadKey: String(hadKey), snapshots: dropped };
    await operations.record({ actor, reason, action: FORGET_ACTION, subject, detail });
  };
  return forget({ subjectKeys, snapshots, events, unitOfWork, clock, record }, order);
}

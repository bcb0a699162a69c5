// Whether a system has come to rest, and what is still on its way. Records parked for good rest too: that they are there is I3's business.
import { behind } from './global-order.js';
import { messageId } from './published-messages.js';
import { readable, stateOf, type SystemState } from './topology.js';
import type { ServiceState, SetAsideRow } from './service-state.js';
import { groupBy } from './violation.js';

/** Sentences; empty when nothing moves any more. */
export function notAtRest(system: SystemState): string[] {
  return system.shapes.flatMap((shape) => {
    const state = stateOf(system, shape);
    const inbox = new Set(state.inbound.map(({ id }) => id));
    const expected = readable(state, system.published).filter(({ topic }) => shape.consumes.includes(topic));
    const ids = new Set(expected.map(messageId));
    const onTheWay = [...ids].filter((id) => !inbox.has(id)).length;
    return [
      ...(onTheWay > 0 ? [`${shape.service} has yet to receive ${onTheWay} messages`] : []),
      ...behind(state).map(
        ({ name, log, position }) =>
          `${shape.service}: ${name} is at position ${position} of ${log} (${state[log].at(-1)?.position})`,
      ),
      ...state.timers
        .filter(({ dueInMs }) => dueInMs <= 0)
        .map(
          ({ name, process, id, dueInMs }) =>
            `${shape.service}: timer ${name} of ${process}/${id} has been due for ${Math.round(-dueInMs)} ms`,
        ),
      ...waiting(state).map(
        ({ subscription, type, messageId: id, reason }) =>
          `${shape.service}: ${subscription} will try ${type} ${id} again (${reason})`,
      ),
    ];
  });
}

/**
 * Everything that changes when anything moves. Two readings that are both at rest and have the same fingerprint prove rest: whatever
 * was read at different times did not change in between.
 */
export function fingerprint({ services, published }: SystemState): string {
  const counts = services.map(({ subscriptions, ...state }) => [
    [state.events, state.inbound, state.outgoing, state.commands, state.setAside, state.unreadable].map(lengthOf),
    [state.processes, state.timers].map(lengthOf),
    subscriptions.map(({ name, log, position }) => `${name} ${log} ${position}`).sort((a, b) => (a < b ? -1 : 1)),
  ]);
  return JSON.stringify([counts, published.length]);
}

function lengthOf({ length }: readonly unknown[]): number {
  return length;
}

/** Those of which another attempt is due, now or later: also what stands first of its key since the one before it has been discarded. */
function waiting({ setAside }: ServiceState): ServiceState['setAside'] {
  const queues = groupBy(setAside, ({ subscription, log, key }) => JSON.stringify([subscription, log, key]));
  const heads = new Set([...queues.values()].map((rows) => rows.toSorted(byPosition)[0]));
  return setAside.filter((row) => row.status === 'waiting' || (row.status === 'behind' && heads.has(row)));
}

function byPosition(a: SetAsideRow, b: SetAsideRow): number {
  return a.position < b.position ? -1 : 1;
}

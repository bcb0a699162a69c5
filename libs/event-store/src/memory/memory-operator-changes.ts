// What operators may change in memory, recorded in the unit of work that does it: the twin of the functions of the database.
import { isHandedOver, splitSegmentName } from '../subscriptions/index.js';
import {
  formatRef,
  processSubject,
  type OperatedContext,
  type Operation,
  type OperatorChanges,
} from '../operations/index.js';
import type { MemoryStore } from './create-memory-store.js';
import { resolveUnreadable, storedUnreadable } from './memory-unreadable.js';

type Ports = Pick<OperatedContext, 'name' | 'parked' | 'operations'>;

export function memoryOperatorChanges(context: Ports, store: MemoryStore): OperatorChanges {
  const { database, unitOfWork, parking, checkpoints, control, inbound, processes, ids } = store;
  const { name, parked, operations } = context;
  return {
    parked: (change, places, by, ofProcess) =>
      unitOfWork.run(async () => {
        const changed = [];
        for (const place of places) {
          const subscription = { name: place.name, log: place.log };
          const found = await parked.find(subscription, place.position);
          if (!found || !(await parking[change](subscription, place.position))) continue;
          const { messageId, type, key, attempts, reason, parkedAt } = found;
          const subject = formatRef({ kind: 'record', context: name, subscription, position: place.position });
          const detail = { messageId, type, key, attempts, reason, parkedAt: parkedAt.toISOString() };
          await operations.record({ ...by, action: `parked.${change}`, subject, detail });
          changed.push(place);
        }
        if (ofProcess && changed.length > 0) {
          const detail = { replayed: changed.length };
          await operations.record({ ...by, action: 'process.retry', subject: processSubject(name, ofProcess), detail });
        }
        return changed;
      }),
    unreadable: (id, message, by) =>
      unitOfWork.run(async () => {
        const found = storedUnreadable(database).find((one) => one.id === id);
        if (!found || found.resolution) return 'absent';
        const { topic, partition, offset, key } = found.message;
        let detail: Operation['detail'] = { topic, partition, offset, key, reasonCode: found.reasonCode };
        let outcome: 'done' | 'duplicate' = 'done';
        if (message) {
          const { duplicates, reused } = await inbound.store([message], []);
          if (reused.length > 0) return 'id-reused';
          if (duplicates > 0) outcome = 'duplicate';
          detail = { ...detail, id: message.id, type: message.type };
        }
        resolveUnreadable(database, id, message ? 'replayed' : 'discarded');
        const subject = formatRef({ kind: 'unreadable', context: name, id });
        await operations.record({
          ...by,
          action: message ? 'unreadable.replay' : 'unreadable.discard',
          subject,
          detail,
        });
        return outcome;
      }),
    projection: (change, projection, by) =>
      unitOfWork.run(async () => {
        if (!/^[^/]+@v\d+$/.test(projection))
          throw new Error(`A read model is named <name>@v<version>, not ${projection}.`);
        if (by.actor === 'division') throw new Error('The name division is taken.');
        const places = (await checkpoints.list()).filter(
          (one) => splitSegmentName(one.name).projection === projection && !isHandedOver(one),
        );
        const changed = [];
        for (const { name: subscription, log, cursor } of places) {
          const of = { name: subscription, log };
          const done = change === 'pause' ? control.pause(of, { by: by.actor, reason: by.reason }) : control.resume(of);
          if (await done) changed.push(cursor.position);
        }
        if (changed.length === 0) return false;
        const position = String(changed.reduce((a, b) => (a < b ? a : b)));
        const subject = `${name}/${projection}`;
        await operations.record({ ...by, action: `projection.${change}`, subject, detail: { position } });
        return true;
      }),
    compensate: (key, by) =>
      unitOfWork.run(async () => {
        const known = (await processes.lock(key.process, [key.id], new Set())).get(key.id);
        if (!known) return undefined;
        const signalId = ids.next();
        const metadata = { correlationId: signalId, ...by };
        await processes.signal({ ...key, signalId, kind: 'compensate', data: by, metadata });
        const undo = known.undo.length + (known.compensation?.refused.length ?? 0);
        const detail = { undo, messageId: signalId };
        await operations.record({ ...by, action: 'process.compensate', subject: processSubject(name, key), detail });
        return signalId;
      }),
  };
}

// The core of event-nest: how it calls handlers, over a store of our own, since its PostgreSQL package could not be installed.
import 'reflect-metadata';
import * as eventNest from '@event-nest/core';
import { answer, errorOf, gate, within } from './report.mjs';

const {
  AbstractEventStore,
  AggregateRoot,
  AggregateRootConfig,
  DomainEvent,
  DomainEventEmitter,
  DomainEventSubscription,
  NoOpSnapshotStore,
} = eventNest;

class Happened {
  constructor(n) {
    this.n = n;
  }
}
DomainEvent('happened')(Happened);

const handled = [];
let slow = gate();
let throws = false;
class Handler {
  async onDomainEvent({ payload: { n } }) {
    if (n === 'slow') await slow.opened;
    if (throws) {
      throws = false;
      throw new Error('once');
    }
    handled.push(n);
  }
}

class MemoryStore extends AbstractEventStore {
  saved = [];
  nextId = 0;
  async generateEntityId() {
    return String((this.nextId += 1));
  }
  async save(events) {
    for (const event of events) event.aggregateRootVersion = this.saved.push(event);
    return events;
  }
}

/** As its module does when the application starts. */
function storeWith(subscription) {
  class Subscriber extends Handler {}
  DomainEventSubscription(subscription)(Subscriber);
  const emitter = new DomainEventEmitter(false);
  emitter.bindSubscriptions(
    new Map([['module', { providers: new Map([['subscriber', { instance: new Subscriber() }]]) }]]),
  );
  return new MemoryStore(emitter, new NoOpSnapshotStore());
}
class Thing extends AggregateRoot {}
AggregateRootConfig({ name: 'thing' })(Thing);
function commit(store, n) {
  const thing = store.addPublisher(new Thing('1'));
  thing.append(new Happened(n));
  return thing.commit();
}

for (const check of ['same id twice', 'same expected version', 'UPDATE of an event', 'a slow transaction'])
  answer(check, 'not run');
answer('a slow transaction beside a rolled-back one', 'not run');
answer('a subscriber that starts later', 'misses it: handlers are called in the process that commits');

const errors = [];
process.on('uncaughtException', (error) => errors.push(error));
process.on('unhandledRejection', (error) => errors.push(error));

const waits = [];
const results = [];
for (const isAsync of [true, false]) {
  const store = storeWith({ eventClasses: [Happened], isAsync });
  handled.length = 0;
  slow = gate();
  const committed = commit(store, 'slow').then(() => 'returned');
  waits.push((await Promise.race([committed, within(500, () => false)])) === 'returned' ? 'does not wait' : 'waits');
  slow.open();
  await committed;
  throws = true;
  const error = await errorOf(() => commit(store, 'throws'));
  await within(300, () => false);
  await errorOf(() => commit(store, 'after'));
  const after = await within(1000, () => handled.includes('after'));
  results.push(
    `${error ? `the commit throws (${error}), the event is stored` : errors.length > 0 ? 'ends the process unless it catches everything' : 'logged'}, ${handled.includes('throws') ? 'tried again' : 'not tried again'}${after ? '' : ', later events are not handled'}`,
  );
}
answer('publish', `${waits[0]} for handlers; with isAsync: false it ${waits[1]}`);
answer('a handler that throws once', `${results[0]}; with isAsync: false ${results[1]}`);
answer('snapshots', 'ForCountSnapshotStrategy' in eventNest ? 'yes' : 'no');
process.exit(0);

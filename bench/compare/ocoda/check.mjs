// @ocoda/event-sourcing with its in-memory store: the newest version that could be installed has no adapter for PostgreSQL.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as ocoda from '@ocoda/event-sourcing';
import { answer, gate, nameOf, within } from './report.mjs';

const { Aggregate, AggregateRoot, Event, EventHandler, EventSourcingModule, EventStore, EventStream, UUID } = ocoda;

class Thing extends AggregateRoot {}
Aggregate({ streamName: 'thing' })(Thing);
class Happened {
  constructor(n) {
    this.n = n;
  }
}
Event('happened')(Happened);

const handled = [];
const calls = [];
const slow = gate();
let throws = false;
class Handler {
  async handle(envelope) {
    calls.push(envelope.payload.n);
    if (envelope.payload.n === 'slow') await slow.opened;
    if (throws) {
      throws = false;
      throw new Error('once');
    }
    handled.push(envelope.payload.n);
  }
}
EventHandler(Happened)(Handler);
class AppModule {}
Module({
  imports: [EventSourcingModule.forRoot({ events: [Happened], eventStore: { client: 'in-memory' } })],
  providers: [Handler],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await app.init();
const store = app.get(EventStore);
if (store.setup) await store.setup();
const stream = EventStream.for(Thing, UUID.generate());
const count = async () => {
  let events = 0;
  for await (const page of store.getEvents(stream)) events += page.length;
  return events;
};

await store.appendEvents(stream, 1, [new Happened(1)]);
const race = await Promise.allSettled([2, 3].map((n) => store.appendEvents(stream, 2, [new Happened(n)])));
const lost = race.find(({ status }) => status === 'rejected')?.reason;
answer('same id twice', 'an append cannot name an id');
answer(
  'same expected version',
  `${(await count()) - 1} of 2 stored${lost ? `, the other refused (${nameOf(lost)})` : ''}, in memory`,
);
await store.appendEvents(stream, 9, [new Happened(9)]);
const events = await count();
answer('a version that leaves a gap', events === 4 ? 'stored, in memory' : 'refused');
answer('a subscriber that starts later', 'misses it: handlers are called in the process that appends');
answer('a slow transaction', 'no subscriber');
answer('a slow transaction beside a rolled-back one', 'no subscriber');

const append = store.appendEvents(stream, 4, [new Happened('slow')]).then(() => 'returned');
const early = await Promise.race([append, within(500, () => false)]);
slow.open();
await append;
answer('publish', early === 'returned' ? 'does not wait for handlers' : 'waits for handlers');

let crashed;
process.once('uncaughtException', (error) => (crashed = error));
throws = true;
await store.appendEvents(stream, 5, [new Happened('throws')]);
await within(500, () => false);
await store.appendEvents(stream, 6, [new Happened('after')]);
const after = await within(1000, () => handled.includes('after'));
answer(
  'a handler that throws once',
  `${crashed ? 'ends the process unless it catches everything; ' : ''}${handled.includes('throws') ? 'tried again' : 'not tried again'}; later events ${after ? 'are handled' : 'are not handled either'}`,
);
answer('snapshots', 'SnapshotRepository' in ocoda || 'SnapshotStore' in ocoda ? 'yes' : 'no');
process.exit(0);

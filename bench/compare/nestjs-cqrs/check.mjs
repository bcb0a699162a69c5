// Plain @nestjs/cqrs: its buses live in memory, and it stores nothing.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AggregateRoot, CommandHandler, CqrsModule, EventBus, EventsHandler, Saga } from '@nestjs/cqrs';
import { map } from 'rxjs';
import { answer, gate, within } from './report.mjs';

class Happened {
  constructor(n) {
    this.n = n;
  }
}
class React {
  constructor(n) {
    this.n = n;
  }
}

const handled = [];
const commands = [];
const slow = gate();
let handlerThrows = false;
let sagaThrows = false;
class Handler {
  async handle({ n }) {
    if (n === 'slow') await slow.opened;
    if (handlerThrows) {
      handlerThrows = false;
      throw new Error('once');
    }
    handled.push(n);
  }
}
EventsHandler(Happened)(Handler);
class ReactHandler {
  async execute({ n }) {
    commands.push(n);
  }
}
CommandHandler(React)(ReactHandler);
class Sagas {
  reacts = (events$) =>
    events$.pipe(
      map(({ n }) => {
        if (sagaThrows) {
          sagaThrows = false;
          throw new Error('once');
        }
        return new React(n);
      }),
    );
}
Saga()(Sagas.prototype, 'reacts');
class AppModule {}
Module({ imports: [CqrsModule.forRoot()], providers: [Handler, ReactHandler, Sagas] })(AppModule);

const errors = [];
process.on('uncaughtException', (error) => errors.push(error));
process.on('unhandledRejection', (error) => errors.push(error));
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
await app.init();
const bus = app.get(EventBus);

class Thing extends AggregateRoot {}
const thing = new Thing();
thing.publish = () => {};
thing.publishAll = () => {};
thing.apply(new Happened(0));
thing.commit();
answer('same id twice', 'stores nothing');
answer('same expected version', 'stores nothing');
answer('UPDATE of an event', 'stores nothing');
answer('a subscriber that starts later', 'misses it');
answer('a slow transaction', 'stores nothing');
answer('a slow transaction beside a rolled-back one', 'stores nothing');

const published = Promise.resolve(bus.publish(new Happened('slow'))).then(() => 'returned');
const early = await Promise.race([published, within(500, () => false)]);
slow.open();
await published;
answer('publish', early === 'returned' ? 'does not wait for handlers' : 'waits for handlers');

handlerThrows = true;
bus.publish(new Happened('throws'));
await within(300, () => false);
bus.publish(new Happened('after'));
const after = await within(1000, () => handled.includes('after'));
const died = errors.length > 0 ? 'ends the process unless it catches everything; ' : '';
answer(
  'a handler that throws once',
  `${died}${handled.includes('throws') ? 'tried again' : 'not tried again'}; later events ${after ? 'are handled' : 'are not handled either'}`,
);

sagaThrows = true;
bus.publish(new Happened('saga throws'));
await within(300, () => false);
bus.publish(new Happened('saga after'));
const alive = await within(1000, () => commands.includes('saga after'));
answer(
  'a saga that throws once',
  `${commands.includes('saga throws') ? 'tried again' : 'not tried again'}; ${alive ? 'later events reach it' : 'no later event reaches it'}`,
);
answer('snapshots', 'no');
process.exit(0);

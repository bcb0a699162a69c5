// The code of docs/how-to/send-mail.md, and a mail service that loses its answers.
import { Injectable, Logger, Module } from '@nestjs/common';
import { Command, CommandHandler, ofType, type ICommandHandler, type IEvent } from '@nestjs/cqrs';
import { Test, type TestingModule } from '@nestjs/testing';
import { map, type Observable } from 'rxjs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  Aggregate,
  DurableSaga,
  Event,
  EventSourcedAggregate,
  EventStoreModule,
  MessageContext,
  When,
  type AggregateStore,
} from '@app/event-store';
import { aggregateToken } from '../../libs/event-store/src/nest/decorators/inject-aggregate.decorator.js';
import { eventually } from '../support/eventually.js';

@Event('membership.begun')
class MembershipBegun {
  constructor(readonly memberId: string) {}
}

@Aggregate('membership')
class Membership extends EventSourcedAggregate<{ begun: boolean }> {
  state = { begun: false };

  begin(memberId: string): void {
    this.raise(new MembershipBegun(memberId));
  }

  @When(MembershipBegun)
  protected begun(): void {
    this.state = { begun: true };
  }
}

// #region port
export abstract class Mailer {
  /** Sends it once for each `key`, however often it is asked. @throws Error no answer: ask again with the same key. */
  abstract send(key: string, memberId: string, template: string): Promise<void>;
}
// #endregion port

// #region command
export class SendMail extends Command<void> {
  constructor(
    readonly memberId: string,
    readonly template: string,
  ) {
    super();
  }
}

@CommandHandler(SendMail)
export class SendMailHandler implements ICommandHandler<SendMail> {
  constructor(private readonly mailer: Mailer) {}

  execute({ memberId, template }: SendMail): Promise<void> {
    const key = MessageContext.current()!.command!.id;
    return this.mailer.send(key, memberId, template);
  }
}
// #endregion command

// #region saga
@Injectable()
export class Mails {
  @DurableSaga('mail-welcome')
  welcome = (events$: Observable<IEvent>): Observable<SendMail> =>
    events$.pipe(
      ofType(MembershipBegun),
      map(({ memberId }) => new SendMail(memberId, 'welcome')),
    );
}
// #endregion saga

/** Takes the mail, and loses its answer the first times. */
class ForgetfulMailer extends Mailer {
  readonly asked: string[] = [];
  readonly sent = new Map<string, string>();

  send(key: string, memberId: string, template: string): Promise<void> {
    this.asked.push(key);
    this.sent.set(key, `${template} to ${memberId}`);
    const attempts = this.asked.filter((other) => other === key).length;
    return attempts < 3 ? Promise.reject(new Error('no answer')) : Promise.resolve();
  }
}

const mailer = new ForgetfulMailer();

@Module({
  imports: [EventStoreModule.forFeature({ aggregates: [Membership] })],
  providers: [Mails, SendMailHandler, { provide: Mailer, useValue: mailer }],
})
class MembershipModule {}

let app: TestingModule;
beforeEach(async () => {
  for (const level of ['log', 'warn', 'error'] as const)
    vi.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
  const testing = EventStoreModule.forTesting({ retry: { maxAttempts: 5, firstDelayMs: 1, maxDelayMs: 2 } });
  app = await Test.createTestingModule({ imports: [testing, MembershipModule] }).compile();
  await app.init();
});
afterEach(async () => {
  await app.close();
  vi.restoreAllMocks();
});

it('A mail is sent once for each event, under one key, although the mail service loses its answers', async () => {
  const memberships = app.get<AggregateStore<Membership>>(aggregateToken(Membership));
  for (const id of ['ann', 'bob']) await memberships.create(id, (membership) => membership.begin(id));
  await eventually(() => expect(mailer.asked).toHaveLength(6));
  expect([...mailer.sent.values()].toSorted()).toEqual(['welcome to ann', 'welcome to bob']);
});

// Reads that wait, beside everybody else: a read model that stands still must not take a service's places.
import { Controller, Get, Module, Post } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStoreModule, InjectAggregate, On, Projection, type AggregateStore } from '@app/event-store';
import { Aggregate, Event, EventSourcedAggregate, When } from '@app/event-store/core';
import { eventually } from '../../../../test/support/eventually.js';
import { problem } from '../../../../test/support/platform/problem.js';
import { startTinyApp, type Answer, type TinyApp } from '../../../../test/support/platform/tiny-app.js';
import { Roles } from '../auth/access.decorators.js';
import { CommandId } from './idempotency.js';
import { WaitsFor } from './waits-for.js';

@Event('letter.sent')
class LetterSent {}

@Aggregate('letter')
class Letter extends EventSourcedAggregate<{ sent: boolean }> {
  state = { sent: false };

  send(): void {
    this.raise(new LetterSent());
  }

  @When(LetterSent)
  protected sent(): void {
    this.state = { sent: true };
  }
}

let gate: Promise<void>;
let open: () => void;

@Projection('letters', { version: 1 })
class Letters {
  @On(LetterSent)
  sent(): Promise<void> {
    return gate;
  }
}

@Controller('letters')
@Roles('customer')
class LettersController {
  constructor(@InjectAggregate(Letter) private readonly letters: AggregateStore<Letter>) {}

  @Get()
  @WaitsFor('letters')
  list() {
    return { letters: 'all' };
  }

  @Post()
  async send(@CommandId() id: string) {
    const { position } = await this.letters.create(id, (letter) => letter.send());
    return { position: String(position) };
  }
}

@Module({
  imports: [
    EventStoreModule.forTesting(),
    EventStoreModule.forFeature({ aggregates: [Letter], projections: [Letters] }),
  ],
  controllers: [LettersController],
})
class LettersModule {}

describe('while a read model stands still', () => {
  let app: TinyApp;
  const ended: Answer[] = [];
  const tokens: Record<string, string> = {};
  const of = (user: string) => ({ authorization: `Bearer ${tokens[user]}` });
  const wait = (user: string, headers: Record<string, string>) =>
    void app.send('GET', '/letters', { headers: { ...of(user), ...headers } }).then((answer) => ended.push(answer));
  const send = () => app.send('POST', '/letters', { headers: of('dora'), body: {} });

  beforeEach(async () => {
    gate = new Promise((resolve) => (open = resolve));
    ended.length = 0;
    app = await startTinyApp({ imports: [LettersModule], requests: { maxInFlight: 8, deadlineMs: 60_000 } });
    for (const user of ['alice', 'bob', 'carol', 'dora']) tokens[user] = await app.token(user, 'customer');
  });
  afterEach(async () => {
    open();
    await app.close();
  });

  it('two users who wait for it as often as they can keep nobody from changing something', async () => {
    expect((await send()).status).toBe(201);
    for (const user of ['alice', 'bob']) for (let time = 0; time < 4; time += 1) wait(user, { prefer: 'wait=10' });
    // The other half of them is answered at once: a preference that cannot be met is left unmet.
    await eventually(() => expect(ended.map(({ status }) => status)).toEqual([200, 200, 200, 200]));
    for (let time = 0; time < 10; time += 1) expect((await send()).status).toBe(201);
    open();
    await eventually(() => expect(ended.map(({ status }) => status)).toEqual(Array(8).fill(200)));
    expect(ended.filter(({ headers }) => headers['preference-applied'] === 'wait=10')).toHaveLength(4);
  });

  it('whoever has to see a change is told to come again, once as many wait as may; of one user half of these', async () => {
    const { json } = await send();
    const headers = { 'event-position': String(json.position), prefer: 'wait=10' };
    for (let time = 0; time < 3; time += 1) wait('alice', headers);
    await eventually(() => expect(ended).toHaveLength(1));
    for (let time = 0; time < 2; time += 1) wait('bob', headers);
    wait('carol', headers);
    await eventually(() => expect(ended).toHaveLength(2));
    for (const answer of ended)
      expect([problem(answer), answer.json.code, answer.headers['retry-after']]).toEqual([503, 'ES-1203', '1']);
    open();
    await eventually(() => expect(ended.slice(2).map(({ status }) => status)).toEqual([200, 200, 200, 200]));
    expect((await app.send('GET', '/letters', { headers: { ...of('alice'), ...headers } })).status).toBe(200);
  });
});

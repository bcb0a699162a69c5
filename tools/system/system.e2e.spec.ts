// A system on a Kafka of its own: its parts come and go in any order, and it still comes to rest.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { canStartKafka } from '../../test/support/kafka.js';
import { eventually } from '../../test/support/eventually.js';
import { startWholeSystem, type WholeSystem } from '../../test/support/whole-system.js';
import { withoutTimeouts } from '../demo/scenarios.js';
import { verify } from '../demo/verify.js';
import { playOrders } from '../demo/workload.js';
import { findTargets } from '../es/databases.js';
import { main } from '../es/program.js';
import { isFree } from '../kafka/ports.js';
import { withClient } from '../postgres/index.js';

const RUN_WITHIN_MS = 300_000;
/** Who may do everything changes the first event, and covers it up. */
const TAMPER = `
  ALTER TABLE event_store.events DISABLE TRIGGER events_immutable;
  UPDATE event_store.events SET data = jsonb_build_object('tampered', true) WHERE position = (SELECT min(position) FROM event_store.events);
  ALTER TABLE event_store.events ENABLE ALWAYS TRIGGER events_immutable`;
const available = await canStartKafka();

async function es(...args: string[]) {
  const said = { out: '', err: '' };
  const code = await main(args, {
    out: (line) => (said.out += `${line}\n`),
    note: (line) => (said.err += `${line}\n`),
    look: { width: 200, color: false },
    environment: {},
    signal: new AbortController().signal,
  });
  return { code, ...said };
}

describe.skipIf(!available)('a system on its own Kafka', { timeout: RUN_WITHIN_MS }, () => {
  let whole: WholeSystem | undefined;
  afterEach(async () => {
    await whole?.close();
  }, RUN_WITHIN_MS);

  it('starts before Kafka does, restarts services while it is away, runs a service twice, and leaves nothing running', async () => {
    whole = await startWholeSystem({}, { broker: 'kafka', brokerDownAtStart: true });
    const { system, shop, probe, kafka, dataDir } = whole;
    const port = Number(kafka!.brokers[0]!.split(':')[1]);
    expect(kafka!.pid).toBeUndefined();
    expect(await isFree(port)).toBe(true);

    await system.restart('payment-service');
    const playing = playOrders(shop, { orders: 8, scenarios: withoutTimeouts, deadlineMs: 120_000 });
    await kafka!.start();
    const replica = await system.startReplica('order-service');
    expect(replica.url).not.toBe(system.running('order-service').url);
    await access(join(dataDir, 'logs', 'order-service-2.log'));

    const played = await playing;
    const { violations, system: state } = await verify(probe, played, 120_000);
    expect(violations.map(({ sentence }) => sentence)).toEqual([]);
    expect(state!.published.length).toBeGreaterThan(8); // read from Kafka itself

    const { contexts } = await findTargets({ data: dataDir }, {});
    expect(contexts.map(({ url }) => new URL(url).username)).toEqual(['order_operator', 'payment_operator']);
    for (const look of [['doctor'], ['parked', 'list'], ['verify']])
      expect(await es(...look, '--data', dataDir)).toMatchObject({ code: 0, err: '' });

    expect(await probe.checkSeals()).toEqual([]);
    await withClient(system.databaseUrl('order-service'), (owner) => owner.query(TAMPER));
    expect(await probe.checkSeals()).toMatchObject([
      {
        invariant: 'I13',
        sentence: expect.stringMatching(/^I13: order-service: The event at position .* was changed/),
      },
    ]);

    expect(await whole.close()).toMatchObject({ 'order-service': 0, 'payment-service': 0, 'order-service-2': 0 });
    await eventually(async () => expect(await isFree(port)).toBe(true));
  });
});

// A release is rolled out while customers order: the old build and the new one work side by side on one database.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orderServiceClient } from '@app/clients';
import { packedCommand } from '../../tools/system/pack.js';
import { eventually } from '../support/eventually.js';
import { ask } from '../support/http.js';
import { startWholeSystem } from '../support/whole-system.js';
import { Arena } from './arena.js';
import { busUnderFire } from './bus-under-fire.js';
import { inFormerNames, NextBuild } from './next-build.js';
import { usualEnvironment } from './under-fire.js';

/** Two builds are packed. */
const OPENS_WITHIN_MS = 240_000;
const WITHIN = { timeoutMs: 60_000 };
const SERVICE = 'order-service';
const ofVersion = (version: number): string =>
  `SELECT count(*)::text FROM event_store.events WHERE type = 'order.placed' AND schema_version = ${version}`;
/** Commands about orders that the old build cannot read, and that it therefore leaves alone. */
const LEFT = `SELECT count(*)::text FROM event_store.parked_messages WHERE subscription = 'command-dispatch' AND reason LIKE 'ES-1005%'`;
const PARKED = `SELECT count(*)::text FROM event_store.parked_messages WHERE status = 'parked'`;

const STREAM_OF_2 = `SELECT max(stream) FROM event_store.events WHERE type = 'order.placed' AND schema_version = 2`;

let next: NextBuild;
let arena: Arena;
let command: typeof packedCommand = packedCommand;

beforeAll(async () => {
  next = await NextBuild.make();
  const env = usualEnvironment();
  const whole = await startWholeSystem(env, { command: (service) => command(service) });
  const readModels = () => next.readModels((name) => whole.system.databaseUrl(name));
  const queries = { ...whole.probe.queries, [SERVICE]: inFormerNames(whole.probe.queries[SERVICE]) };
  arena = new Arena({ ...whole, probe: { ...whole.probe, readModels, queries } }, busUnderFire(whole.system), env);
}, OPENS_WITHIN_MS);

afterAll(async () => {
  await arena?.close();
  await next?.close();
}, OPENS_WITHIN_MS);

it('two builds at once, and the new one writes an event the old one cannot read: no order is lost, and the old one leaves to it what it cannot do [46]', async () => {
  await arena.survives(async () => {
    await arena.midFlow(SERVICE);
    const old = arena.system.running(SERVICE);
    const said = await arena.follow(SERVICE);
    command = (service) => (service === SERVICE ? next.command : packedCommand(service));
    const replica = await arena.system.startReplica(SERVICE);
    // Orders of the new version do not end before the old build is gone, nor do those of the old one that wait behind them, and few are played at a
    // time: all go to the new one at first, and two may be all that finds a place.
    arena.front(SERVICE, replica.url);
    await eventually(async () => expect(await arena.count(SERVICE, ofVersion(2))).toBeGreaterThan(0), WITHIN);
    let turn = 0;
    arena.front(SERVICE, () => (turn++ % 2 ? old.url : replica.url)); // as a load balancer would
    // The old build stops in front of them; the new one takes over, and the old one goes on with commands about orders of its own.
    await eventually(async () => expect(await said()).toContain('ES-1306'), WITHIN);
    await eventually(async () => expect(await arena.count(SERVICE, LEFT)).toBeGreaterThan(0), WITHIN);
    expect(await arena.count(SERVICE, PARKED)).toBe(0);
    expect(await shipOneOf2(old.url)).toEqual({ status: 503, code: 'ES-1005' });
    expect((await ask({ method: 'GET', url: `${old.url}/health/live` })).status).toBe(200);

    arena.front(SERVICE, replica.url);
    expect(await old.stop()).toBe(0);
    await arena.system.restart(SERVICE);
  });
  expect(await arena.count(SERVICE, ofVersion(1))).toBeGreaterThan(0);
}, 180_000);

async function shipOneOf2(url: string): Promise<{ status: number; code: string | undefined }> {
  const [row] = await arena.queries[SERVICE](STREAM_OF_2, []);
  const orderId = String(row?.['max']).slice('order-'.length);
  const orders = orderServiceClient({ baseUrl: url, token: await arena.system.token('olivia', 'operator') });
  const body = { carrier: 'DHL', trackingNumber: 'JD0146000' };
  const { status, error } = await orders.POST('/orders/{id}/ship', { path: { id: orderId }, body });
  return { status, code: error?.code };
}

// Run in the copy: starts every service there is on the postgres broker, sends each what its context.json shows, through the client that was
// generated for it, and follows an order into shipping.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as clients from '../../../libs/clients/src/index.js';
import type { AnyAnswer, ClientOptions } from '../../../libs/clients/src/index.js';
import { buildOnce } from '../../system/build.js';
import { NO_RATE_LIMITS } from '../../system/no-rate-limits.js';
import { startSystem, type System } from '../../system/system.js';
import { contexts, type Context } from '../registry.js';

/** Longest wait for what follows from a request, in milliseconds. */
const PATIENCE_MS = 60_000;

async function main(): Promise<void> {
  await buildOnce((line) => console.log(line));
  const dataDir = await mkdtemp(join(tmpdir(), 'rehearsal-data-'));
  const log = (line: string): void => console.log(line);
  const system = await startSystem({ dataDir, broker: 'postgres', env: NO_RATE_LIMITS, log });
  try {
    await follow(system);
  } catch (error) {
    await system.stop();
    console.error(`What the services said is in ${join(dataDir, 'logs')}.`);
    throw error;
  }
  const codes = await system.stop();
  await rm(dataDir, { recursive: true, force: true });
  if (Object.values(codes).some((code) => code !== 0)) throw new Error(`Services ended with ${JSON.stringify(codes)}`);
}

async function follow(system: System): Promise<void> {
  const ids = new Map<string, string>();
  for (const context of contexts()) ids.set(context.name, await request(system, context));
  const order = ids.get('order');
  const hears = order !== undefined && ids.has('shipping') && ids.has('payment'); // an order that nobody is paid for is not confirmed
  if (hears) await arrives(system, 'shipping-service', `/shipments/${order}`);
}

/** The id of what came of it; empty for a context that shows no request. */
async function request(system: System, { service, request: shown }: Context): Promise<string> {
  if (!shown) return '';
  const client = await clientOf(system, service, 'alice', 'customer');
  const { status, error, headers } = await client.POST(shown.path, { body: shown.body });
  const place = headers.get('location') ?? '';
  if (status !== 201) throw new Error(`POST ${shown.path} of ${service}: ${status} ${JSON.stringify(error)}`);
  await arrives(system, service, place);
  return place.split('/').at(-1) ?? '';
}

/** As an operator sees it. @throws Error when it is not there in time. */
async function arrives(system: System, service: string, path: string): Promise<void> {
  const client = await clientOf(system, service, 'olga', 'operator');
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { status, data, error } = await client.GET(path);
    if (!error) return console.log(`  ${service} has ${path}: ${JSON.stringify(data)}`);
    if (Date.now() >= end)
      throw new Error(`GET ${path} of ${service} after ${PATIENCE_MS} ms: ${status} ${JSON.stringify(error)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Its types are for who knows the service: `npm run check` has compiled them. Here the addresses are those of context.json. */
interface Untyped {
  GET(path: string): Promise<AnyAnswer>;
  POST(path: string, request: { body: object }): Promise<AnyAnswer & { readonly headers: Headers }>;
}

async function clientOf(
  system: System,
  service: string,
  user: string,
  role: 'customer' | 'operator',
): Promise<Untyped> {
  const name = `${service.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Client`;
  const make = (clients as Readonly<Record<string, unknown>>)[name];
  if (typeof make !== 'function')
    throw new Error(`libs/clients has no ${name}: npm run docs should have generated it.`);
  return (make as (options: ClientOptions) => Untyped)({
    baseUrl: system.running(service).url,
    token: await system.token(user, role),
  });
}

await main();

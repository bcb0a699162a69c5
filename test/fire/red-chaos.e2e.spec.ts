// A run of chaos on services with a bug has to be red and to name it: else a green one says nothing. The last two take minutes, and run every night.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Breakage } from '../../tools/mutants/workshop.js';
import { canStartKafka } from '../support/kafka.js';
import { ChaosWorkshop } from './chaos-workshop.js';

const RUN_WITHIN_MS = 600_000;
const isNight = process.env['RED_CHAOS'] === 'all';
const kafka = isNight && (await canStartKafka());

interface Planted extends Breakage {
  readonly run: readonly string[];
  /** What the violation says. */
  readonly named: RegExp;
  readonly damage: Readonly<Record<string, unknown>>;
}

const ORDER = 'dist/packed/order-service.mjs';
const PAYMENT = 'dist/packed/payment-service.mjs';
const SENDS = '() => broker.publish(messages)';

const unsent: Planted = {
  name: 'a relay that advances past an event it has not sent',
  file: ORDER,
  find: SENDS,
  replace: `() => broker.publish(messages.filter(({ headers }) => headers.ce_type !== 'shop.order.shipped.v1'))`,
  run: ['--seed', '14', '--seconds', '10'],
  named: /^I4: order\.shipped .* is not on shop\.order\.events\.v1/,
  damage: { lost: expect.any(Number) as number, duplicated: 0, moneyDelta: 0 },
};

/** Nothing but a fault brings these to light. */
const nightly: readonly Planted[] = [
  {
    name: 'a relay that takes a send that failed for one that did not',
    file: ORDER,
    find: SENDS,
    replace: `${SENDS}.then(() => [], () => [])`,
    run: ['--seed', '25', '--seconds', '15', '--broker', 'kafka'],
    named: /^I4: order\.\w+ .* is not on shop\.order\.events\.v1/,
    damage: { lost: expect.any(Number) as number },
  },
  {
    name: 'a consumer that skips its inbox',
    file: PAYMENT,
    find: `  SELECT m.id, topic, key, type, schema_version, version, data, metadata, content_hash FROM message AS m
    LEFT JOIN LATERAL (SELECT known.id FROM event_store.inbound_messages AS known WHERE known.id = m.id LIMIT 1) AS known ON true
   WHERE known.id IS NULL`,
    replace: `  SELECT m.id || CASE WHEN known.id IS NULL THEN '' ELSE ' ' || gen_random_uuid() END,
         topic, key, type, schema_version, version, data, metadata, content_hash FROM message AS m
    LEFT JOIN LATERAL (SELECT known.id FROM event_store.inbound_messages AS known WHERE known.id = m.id LIMIT 1) AS known ON true`,
    run: ['--seed', '0', '--seconds', '15', '--broker', 'kafka'],
    named: /^I5: payment-service has message .* in its inbox/,
    damage: { lost: 0, moneyDelta: 0 },
  },
];

describe('a run of chaos on services with a bug ends with exit code 1 and names it', { timeout: RUN_WITHIN_MS }, () => {
  let workshop: ChaosWorkshop;
  beforeAll(async () => {
    workshop = await ChaosWorkshop.open();
  }, RUN_WITHIN_MS);
  afterAll(() => workshop.close());

  async function expectFound(planted: Planted): Promise<void> {
    expect(await workshop.occurrences(planted), `occurrences of "${planted.find}" in ${planted.file}`).toBe(1);
    const { code, certificate, said } = await workshop.with(planted, () => workshop.chaos(...planted.run));
    expect(certificate, said).toMatchObject({
      ...planted.damage,
      violations: expect.arrayContaining([expect.stringMatching(planted.named)]) as string[],
    });
    expect(code).toBe(1);
  }

  it.each([unsent])('$name', expectFound);
  it.runIf(kafka).each(nightly)('$name', expectFound);
});

// What every broker must do, whichever it is. Each adapter's spec says what can happen to its bus, and how to open brokers on it.
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { BrokerBench, type BrokerTraits, type BrokerUnderTest } from './broker.bench.js';
import { describeDelivery } from './broker-delivery.contract.js';
import { describeFaults } from './broker-faults.contract.js';
import { describeGroups } from './broker-groups.contract.js';
import { describeOutages } from './broker-outages.contract.js';
import { describeUnreadable } from './broker-unreadable.contract.js';

export type { BrokerTraits, BrokerUnderTest, ForeignMessage } from './broker.bench.js';

/** A broker that is a program of its own takes its time on a busy machine. */
const SETUP_MS = 120_000;

export function describeBroker(name: string, traits: BrokerTraits, setup: () => Promise<BrokerUnderTest>): void {
  describe(`the ${name} broker`, () => {
    const bench = new BrokerBench(traits);
    beforeAll(async () => {
      bench.bus = await setup();
    }, SETUP_MS);
    afterEach(() => bench.clear());
    afterAll(() => bench.bus.close());

    describeDelivery(bench);
    describeGroups(bench);
    describeFaults(bench);
    describeOutages(bench);
    describeUnreadable(bench);
  });
}

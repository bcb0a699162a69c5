// What every broker must do, whichever it is. Each adapter's spec calls describeBroker with a way to open brokers on one bus.
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { BrokerBench, type BrokerUnderTest } from './broker.bench.js';
import { describeDelivery } from './broker-delivery.contract.js';
import { describeFaults } from './broker-faults.contract.js';
import { describeGroups } from './broker-groups.contract.js';

export type { BrokerUnderTest } from './broker.bench.js';

export function describeBroker(name: string, setup: () => Promise<BrokerUnderTest>): void {
  describe(`the ${name} broker`, () => {
    const bench = new BrokerBench();
    beforeAll(async () => {
      bench.bus = await setup();
    });
    afterEach(() => bench.clear());
    afterAll(() => bench.bus.close());

    describeDelivery(bench);
    describeGroups(bench);
    describeFaults(bench);
  });
}

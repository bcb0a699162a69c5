import { describe } from 'vitest';
import { describeContract } from '../../test/support/contract.js';
import { CrateLoadClosedV1, CrateLoadOpenedV1, freightDepotEvents } from './freight-depot.events.v1.js';

const crateLoadId = '0198c0de-7a11-7000-8000-000000000001';

describe('what the freight depot context tells the others', () => {
  describeContract(freightDepotEvents, 'shop.freight-depot.events.v1', [
    [new CrateLoadOpenedV1(crateLoadId), 'shop.crate-load.opened.v1', `{"crateLoadId":"${crateLoadId}"}`],
    [
      new CrateLoadClosedV1(crateLoadId, 'customer'),
      'shop.crate-load.closed.v1',
      `{"crateLoadId":"${crateLoadId}","by":"customer"}`,
    ],
  ]);
});

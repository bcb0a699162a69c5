import { describe } from 'vitest';
import { describeContract } from '../../test/support/contract.js';
import { CrateLoadRequestedV1, freightDepotRequests } from './freight-depot.requests.v1.js';

const crateLoadId = '0198c0de-7a11-7000-8000-000000000001';

describe('what others may ask of the freight depot context', () => {
  describeContract(freightDepotRequests, 'shop.freight-depot.requests.v1', [
    [
      new CrateLoadRequestedV1(crateLoadId, 'The first one'),
      'shop.crate-load.requested.v1',
      `{"crateLoadId":"${crateLoadId}","subject":"The first one"}`,
    ],
  ]);
});

// Builds the second version until somebody kills it.
import { randomUUID } from 'node:crypto';
import { operatedProjection } from '../../libs/event-store/src/nest/operated-projection.js';
import { rebuildProjection } from '../../libs/event-store/src/operations/index.js';
import { BalanceV2Projection } from '../../test/support/balances.js';
import { openBank } from './bank.js';

const context = await openBank(process.argv[2]!);
const projection = operatedProjection(BalanceV2Projection);
const { signal } = new AbortController();
await rebuildProjection(context, { projection, inboundTypes: new Set(), owner: randomUUID(), actor: 'bench', signal });
await context.close();

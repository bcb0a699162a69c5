// The bench's context, opened for operations: in the process that measures and in the one that is killed.
import { eventStoreMigrations } from '../../libs/event-store/src/postgres/index.js';
import { openContext, type OpenContext } from '../../libs/event-store/src/postgres/operations/index.js';
import { Balance, BalanceV2 } from '../../test/support/balances.js';

export function openBank(url: string): Promise<OpenContext> {
  const names = eventStoreMigrations.map(({ name }) => name);
  const migrations = { names, table: 'migrations' };
  return openContext({ name: 'bank-service', url, migrations, entities: [Balance, BalanceV2] });
}

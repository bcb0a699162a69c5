// I13 for the checkout: every event that was sealed while it went on is as it was sealed, in both services.
import { readFile } from 'node:fs/promises';
import { openContext, parseSealKeys } from '../../libs/event-store/src/postgres/operations/index.js';
import type { Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import { devSealKeyFile } from '../../libs/platform/src/auth/dev-seal-key.js';
import { brokenText } from '../es/verification.js';
import { shopServices, type ShopService } from './checkout-shape.js';

/** Migrations are no matter here. */
const migrations = { names: [], table: 'migrations' };

/** With the key of this clone, which the services of a {@link ../system/system.ts} seal with. */
export async function checkSeals(databaseUrl: (name: ShopService) => string): Promise<Violation[]> {
  const keys = parseSealKeys((await readFile(devSealKeyFile(), 'utf8')).trim());
  const found = shopServices.map(async (name): Promise<Violation[]> => {
    const context = await openContext({ name, url: databaseUrl(name), migrations });
    try {
      const verification = await context.verify({ keys });
      const { broken } = verification;
      if (broken === undefined) return [];
      return [{ invariant: 'I13', damage: 'wrong', sentence: `I13: ${name}: ${brokenText(broken, verification)}` }];
    } finally {
      await context.close();
    }
  });
  return (await Promise.all(found)).flat();
}

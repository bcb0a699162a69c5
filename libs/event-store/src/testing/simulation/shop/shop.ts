// The workload that the project simulates: a handful of sales, some declined, some late, some cancelled, some whose messages cannot be handled at first.
import { deterministicId, type LogRecord } from '../../../core/index.js';
import type { Random } from '../../random.js';
import type { ClientRequest, PreparedRun, Workload } from '../workload.js';
import { Gateway } from './charge.js';
import { checkShop } from './checks.js';
import { CancelSale, MakeSale } from './checkout.process.js';
import { bank, sales, WATCHERS } from './contexts.js';

const PLANTED = /\b(cannot handle s\d+ yet|a passing trouble)\b/;

export const shop: Workload = {
  prepare(random: Random): PreparedRun {
    const gateway = new Gateway();
    const count = random.pick([1, 1, 1, 2, 2, 3]);
    const saleIds = Array.from({ length: count }, (_, index) => `s${index + 1}`);
    const cursed = new Set(saleIds.filter(() => random.chance(0.15)));
    const nervous = random.pick([0, 0, 0.1]);
    let mended = false;
    const trouble = (context: string, { key }: LogRecord): Error | undefined => {
      if (mended) return undefined;
      if (cursed.has(key)) return new Error(`${context} cannot handle ${key} yet`);
      return random.chance(nervous) ? new Error('a passing trouble') : undefined;
    };
    const watched = new Set<string>(WATCHERS.filter(() => random.chance(0.5)));
    return {
      contexts: [sales({ trouble, watched }), bank(gateway, { trouble, watched })],
      requests: saleIds.flatMap((saleId) => requestsOf(saleId, random)),
      mend: () => (mended = true),
      isPlanted: (reason) => PLANTED.test(reason),
      check: (end) => checkShop(end, gateway, watched),
    };
  },
};

function requestsOf(saleId: string, random: Random): ClientRequest[] {
  const atMs = random.between(0, 1_500);
  const amount = random.chance(0.25) ? 113 : random.between(1, 50) * 100;
  const deadlineMs = random.pick([200, 800, 2_500]);
  const request = (command: object, at: number): ClientRequest => ({
    atMs: at,
    context: 'sales',
    command,
    commandId: deterministicId('client', saleId, command.constructor.name),
    twice: random.chance(0.3),
  });
  const make = request(new MakeSale(saleId, amount, deadlineMs), atMs);
  if (!random.chance(0.3)) return [make];
  return [make, request(new CancelSale(saleId, 'changed their mind'), atMs + random.between(0, 1_500))];
}

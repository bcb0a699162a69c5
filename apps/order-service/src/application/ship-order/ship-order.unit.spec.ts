import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandBus, CommandForbiddenError, EventStoreModule } from '@app/event-store';
import { Order } from '../../domain/order.js';
import { ShipOrder } from './ship-order.command.js';
import { ShipOrderHandler } from './ship-order.handler.js';

describe('ShipOrder', () => {
  let app: TestingModule;
  const ship = (actor?: string) =>
    app.get(CommandBus).execute(new ShipOrder('018f0000-0000-7000-8000-000000000001', 'Post', 'T-1'), { actor });

  beforeAll(async () => {
    const imports = [EventStoreModule.forTesting(), EventStoreModule.forFeature({ aggregates: [Order] })];
    app = await Test.createTestingModule({ imports, providers: [ShipOrderHandler] }).compile();
    await app.init();
  });
  afterAll(() => app.close());

  it.each(['customer:alice', 'process:checkout', undefined])(
    'is not for %s, whichever way it is asked',
    async (actor) => {
      await expect(ship(actor)).rejects.toBeInstanceOf(CommandForbiddenError);
    },
  );

  it('is for operators: they hear whether there is such an order', async () => {
    await expect(ship('operator:olga')).rejects.toMatchObject({ kind: 'not-found' });
  });
});

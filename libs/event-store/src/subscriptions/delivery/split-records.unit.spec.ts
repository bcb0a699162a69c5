// A row that is several events today, one of another type, or none: read models see all of it in one unit of work.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventRegistry, type Class, type EncodedEvent, type EventContext } from '../../core/index.js';
import { oldShelfRows, ShelfDusted, ShelfRemarked, ShelfStocked } from '../../testing/shelf.js';
import { SubscriptionLab } from '../../testing/subscription-lab.js';
import { withInlineProjections } from '../projections/inline-projections.js';
import { asyncProjection, type Projection, type ProjectionHandler } from '../projections/projection.js';

const { filled, nothing, stocked, dusted } = oldShelfRows;
const registry = new EventRegistry().register(ShelfStocked, ShelfRemarked, ShelfDusted);

describe('a row that an upcaster makes several events of', () => {
  let lab: SubscriptionLab;
  let seen: string[];
  let failing: string | undefined;

  beforeEach(() => {
    lab = new SubscriptionLab();
    seen = [];
    failing = undefined;
  });
  afterEach(() => lab.stop());

  /** Writes titles into a table in the unit of work of the checkpoint. */
  const titles = () => lab.store.database.table<string>('titles');
  const note = (text: string, { position, part }: EventContext): void => {
    seen.push(`${position}${part === undefined ? '' : `.${part}`} ${text}`);
    titles().set(text, text);
    if (text === failing) throw new Error('planned');
  };
  const projection: Projection = {
    name: 'shelf',
    version: 1,
    handlers: new Map<Class, ProjectionHandler>([
      [ShelfStocked, (event, context) => note((event as ShelfStocked).title, context)],
      [ShelfRemarked, (event, context) => note((event as ShelfRemarked).remark, context)],
    ]),
  };
  const onlyRemarks: Projection = {
    ...projection,
    name: 'remarks',
    handlers: new Map([...projection.handlers].slice(1)),
  };
  const append = (...rows: readonly EncodedEvent[]) => {
    const events = rows.map((row) => ({ id: lab.ids.next(), ...row, metadata: { correlationId: 'c' } }));
    return lab.store.events.append({ stream: 'shelf-1', expected: 'any', events });
  };

  it('reaches a projection part by part, each with its place, and moves its checkpoint once', async () => {
    await append(filled, dusted, nothing, stocked);
    const runner = lab.runner(asyncProjection({ ...projection, registry }));
    await lab.clock.until(() => runner.status().position === 4n);
    expect(seen).toEqual(['1.0 Emma', '1.1 Ulysses', '1.2 dusty', '4 Faust']);
    expect(runner.status()).toMatchObject({ handled: 3, parked: 0 }); // nobody wants what is dusted
  });

  it('is undone as a whole when its last part fails', async () => {
    failing = 'dusty';
    await append(filled);
    const runner = lab.runner(asyncProjection({ ...projection, registry, retry: { maxAttempts: 1 } }));
    await lab.clock.until(() => runner.status().parked === 1);
    expect(seen).toContain('1.1 Ulysses');
    expect(titles().all()).toEqual([]);
  });

  it('is wanted by whoever wants one of its parts, under whatever name it was stored, and by nobody else', async () => {
    await append(filled, stocked);
    const { wants } = asyncProjection({ ...onlyRemarks, registry });
    const runner = lab.runner(asyncProjection({ ...onlyRemarks, registry }));
    await lab.clock.until(() => runner.status().position === 2n);
    expect(seen).toEqual(['1.2 dusty']);
    const [first] = await lab.store.logs.events.read(await lab.store.logs.events.beginning(), 1);
    expect([first!, { ...first!, type: 'shelf.dusted' }].map(wants)).toEqual([true, false]);
  });

  it('reaches an inline projection in the transaction of its append', async () => {
    const { unitOfWork } = lab.store;
    const events = withInlineProjections(lab.store.events, unitOfWork, registry, [onlyRemarks]);
    const row = { id: lab.ids.next(), ...filled, metadata: { correlationId: 'c' } };
    await events.append({ stream: 'shelf-2', expected: 'no-stream', events: [row] });
    expect(seen).toEqual(['1.2 dusty']);
  });
});

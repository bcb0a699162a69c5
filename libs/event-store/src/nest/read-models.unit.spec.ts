// A projection's progress where it is injected, and what boot says to those who ask for one that is not there.
import { Injectable, Logger, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  Aggregate,
  ConfigurationError,
  Event,
  EventSourcedAggregate,
  UnavailableError,
  When,
  type AggregateStore,
  type EventContext,
} from '../core/index.js';
import type { MemoryDatabase } from '../memory/index.js';
import { IntegrationEvent, topic } from '../messaging/index.js';
import { On, ProjectionBehindError, type ProjectionProgress } from '../subscriptions/index.js';
import { aggregateToken } from './decorators/inject-aggregate.decorator.js';
import { InjectProjection } from './decorators/inject-projection.decorator.js';
import { Projection } from './decorators/projection.decorator.js';
import { EventStoreModule } from './event-store.module.js';
import { ReadModels } from './read-models.js';

@Event('letter.sent')
class LetterSent {}

@Aggregate('letter')
class Letter extends EventSourcedAggregate<{ sent: boolean }> {
  state = { sent: false };

  send(): void {
    this.raise(new LetterSent());
  }

  @When(LetterSent)
  protected sent(): void {
    this.state = { sent: true };
  }
}

@IntegrationEvent('post.stamp.sold.v1')
class StampSoldV1 {}

const rows = (db: MemoryDatabase, table: string) => db.table<bigint>(table);
let gate: Promise<void>;

// #region segments
@Projection('letters', { version: 3, segments: 2 })
class Letters {
  @On(LetterSent)
  async sent(_event: LetterSent, { stream, position }: EventContext, db: MemoryDatabase): Promise<void> {
    await gate;
    rows(db, 'letters').set(stream.id, position);
  }
}
// #endregion segments

@Projection('letters-now', { version: 1, inline: true })
class LettersNow {
  @On(LetterSent)
  sent(_event: LetterSent, { stream, position }: EventContext, db: MemoryDatabase): void {
    rows(db, 'letters-now').set(stream.id, position);
  }
}

@Projection('stamps', { version: 1 })
class Stamps {
  @On(StampSoldV1)
  sold(): void {}
}

// #region inject
@Injectable()
class Reader {
  constructor(
    @InjectProjection(Letters) readonly letters: ProjectionProgress,
    @InjectProjection('letters-now') readonly now: ProjectionProgress,
  ) {}
}
// #endregion inject

beforeAll(() => Logger.overrideLogger(false));

describe('the progress of a projection', () => {
  let module: TestingModule;
  let open: () => void;
  const start = async (...providers: Type[]): Promise<void> => {
    const consumes = [topic('post.stamp.events.v1', [StampSoldV1])];
    module = await Test.createTestingModule({
      imports: [
        EventStoreModule.forTesting(),
        EventStoreModule.forFeature({ aggregates: [Letter], projections: [Letters, LettersNow, Stamps], consumes }),
      ],
      providers,
    }).compile();
    await module.init();
  };
  beforeEach(() => {
    gate = new Promise((resolve) => (open = resolve));
  });
  afterEach(async () => {
    open();
    await module.close();
  });
  const send = async () =>
    (await module.get<AggregateStore<Letter>>(aggregateToken(Letter)).create('1', (letter) => letter.send())).position;

  it('is injected by class or by name, and can be waited for', async () => {
    await start(Reader);
    const { letters, now } = module.get(Reader);
    const position = await send();
    expect(await now.waitFor(position)).toBe(position);
    await expect(letters.waitFor(position, { timeoutMs: 0 })).rejects.toThrow(ProjectionBehindError);
    await expect(letters.waitFor(position, { timeoutMs: 0 })).rejects.toThrow('letters@v3');
    const waiting = letters.waitFor(position);
    open();
    expect(await waiting).toBe(position);
  });

  it('is not waited for by a service that stops', async () => {
    await start(Reader);
    const waiting = module.get(Reader).letters.waitFor(await send(), { timeoutMs: 60_000 });
    const closing = module.close();
    await expect(waiting).rejects.toThrow(UnavailableError);
    open();
    await closing;
  });

  it.each(['nothing', 'stamps'])('cannot be had of %s, which boot says', async (name) => {
    @Injectable()
    class Wants {
      readonly progress: ProjectionProgress;
      constructor(readModels: ReadModels) {
        this.progress = readModels.of(name);
      }
    }
    const failed = start(Wants);
    await expect(failed).rejects.toThrow(ConfigurationError);
    await expect(failed).rejects.toThrow(`a projection ${name}. Expected one`);
    await expect(failed).rejects.toThrow(': letters, letters-now.');
  });
});

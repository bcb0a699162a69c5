// The code of docs/how-to/add-graphql.md: one door with the guards of every route, and resolvers over the buses.
import { Body, Controller, HttpCode, Injectable, Module, Post } from '@nestjs/common';
import {
  CommandHandler,
  Query,
  QueryBus,
  QueryHandler,
  Command,
  type IQueryHandler,
  type ICommandHandler,
} from '@nestjs/cqrs';
import { IsObject, IsString, MaxLength } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandBus, EventStoreModule, MessageContext } from '@app/event-store';
import { IsOmittable, Roles } from '@app/platform';
import { startTinyApp, type TinyApp } from '../support/platform/tiny-app.js';

class RenameShelf extends Command<void> {
  constructor(
    readonly id: string,
    readonly title: string,
  ) {
    super();
  }
}
class GetShelf extends Query<{ id: string; title: string }> {
  constructor(readonly id: string) {
    super();
  }
}

const titles = new Map<string, string>();
const actors: (string | undefined)[] = [];

@CommandHandler(RenameShelf)
class RenameShelfHandler implements ICommandHandler<RenameShelf> {
  execute({ id, title }: RenameShelf): Promise<void> {
    actors.push(MessageContext.current()?.actor);
    titles.set(id, title);
    return Promise.resolve();
  }
}
@QueryHandler(GetShelf)
class GetShelfHandler implements IQueryHandler<GetShelf> {
  execute({ id }: GetShelf) {
    return Promise.resolve({ id, title: titles.get(id) ?? 'none' });
  }
}

// #region resolvers
@Injectable()
export class ShelfResolvers {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  shelf({ id }: { id: string }) {
    return this.queries.execute(new GetShelf(id));
  }

  async renameShelf({ id, title }: { id: string; title: string }) {
    await this.commands.execute(new RenameShelf(id, title));
    return this.queries.execute(new GetShelf(id));
  }
}
// #endregion resolvers

// #region port
export abstract class GraphqlEngine {
  /** Whatever is wrong with the query is in `errors` of the answer. */
  abstract run(query: string, variables: Readonly<Record<string, unknown>>): Promise<object>;
}
// #endregion port

// #region door
export class GraphqlRequest {
  @IsString() @MaxLength(10_000) query: string;
  @IsOmittable() @IsObject() variables?: Record<string, unknown>;
}

@Controller('graphql')
export class GraphqlController {
  constructor(private readonly engine: GraphqlEngine) {}

  @Post()
  @HttpCode(200)
  @Roles('customer', 'operator')
  run(@Body() { query, variables = {} }: GraphqlRequest): Promise<object> {
    return this.engine.run(query, variables);
  }
}
// #endregion door

/** Runs one field by its name: the language itself is the affair of the package. */
@Injectable()
class OneField extends GraphqlEngine {
  constructor(private readonly resolvers: ShelfResolvers) {
    super();
  }

  async run(query: string, variables: Readonly<Record<string, unknown>>): Promise<object> {
    const { id, title } = variables as { id: string; title: string };
    if (query === 'shelf') return { data: { shelf: await this.resolvers.shelf({ id }) } };
    return { data: { renameShelf: await this.resolvers.renameShelf({ id, title }) } };
  }
}

@Module({
  imports: [EventStoreModule.forTesting()],
  controllers: [GraphqlController],
  providers: [ShelfResolvers, RenameShelfHandler, GetShelfHandler, { provide: GraphqlEngine, useClass: OneField }],
})
class GraphqlModule {}

let app: TinyApp;
beforeAll(async () => {
  app = await startTinyApp({ imports: [GraphqlModule] });
});
afterAll(() => app.close());

const ask = async (roles: readonly string[] | undefined, body: object) => {
  const headers = roles && { authorization: `Bearer ${await app.token('alice', ...roles)}` };
  return app.send('POST', '/graphql', { headers, body });
};

describe('The door of GraphQL', () => {
  it('is closed without a token, and to those who have no role of it', async () => {
    expect((await ask(undefined, { query: 'shelf' })).status).toBe(401);
    expect((await ask(['stranger'], { query: 'shelf' })).status).toBe(403);
  });

  it('takes a query as long as it may be, and nothing else', async () => {
    expect((await ask(['customer'], { query: 'x'.repeat(10_001) })).status).toBe(400);
    expect((await ask(['customer'], { query: 'shelf', more: 1 })).status).toBe(400);
  });

  it('leads to the handlers that every route leads to, and they know who asks', async () => {
    const renamed = await ask(['customer'], { query: 'rename', variables: { id: 'a', title: 'Poems' } });
    expect([renamed.status, renamed.json]).toEqual([200, { data: { renameShelf: { id: 'a', title: 'Poems' } } }]);
    const read = await ask(['operator'], { query: 'shelf', variables: { id: 'a' } });
    expect(read.json).toEqual({ data: { shelf: { id: 'a', title: 'Poems' } } });
    expect(actors).toEqual(['customer:alice']);
  });
});

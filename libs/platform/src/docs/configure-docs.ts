// The API documents itself: pages at /docs, OpenAPI at /docs-json. Public: it holds no data.
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { RouteAudit } from '../auth/route-audit.js';
import { isExempt } from '../http/throttle.js';
import { notNow, ProblemDto, tooManyRequests } from './api-problems.js';

export interface DocsOptions {
  readonly name: string;
  readonly description?: string;
}

export function configureDocs(app: INestApplication, options: DocsOptions): void {
  SwaggerModule.setup('docs', app, () => describeApi(app, options), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
  });
  app.get(RouteAudit, { strict: false }).alsoPublic('GET /docs', 'GET /docs-json', 'GET /docs-yaml');
}

export function describeApi(app: INestApplication, { name, description = '' }: DocsOptions): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle(name)
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ProblemDto] });
  for (const [path, operation] of operationsOf(document)) {
    // A route that says itself what its 503 means is left its words.
    if (!isExempt(path)) operation.responses = { '503': notNow, ...operation.responses, '429': tooManyRequests };
    // @Roles on a method beside @Roles on its class asks for the same token twice.
    if (operation.security) operation.security = uniqueBy(operation.security, (entry) => JSON.stringify(entry));
  }
  return document;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

function operationsOf({ paths }: OpenAPIObject): [path: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, { get, post, put, patch, delete: remove }]) =>
    [get, post, put, patch, remove].flatMap((operation): [string, Operation][] =>
      operation ? [[path, operation]] : [],
    ),
  );
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

// The API documents itself: pages at /docs, OpenAPI at /docs-json. Public: it holds no data.
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { RouteAudit } from '../auth/route-audit.js';
import { ProblemDto } from './api-problems.js';
import { closeBodies } from './closed-bodies.js';
import { finishOperations } from './every-operation.js';

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
    .setOpenAPIVersion('3.1.0')
    .setTitle(name)
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ProblemDto] });
  finishOperations(document);
  closeBodies(document);
  return document;
}

// The API documents itself: pages at /docs, OpenAPI at /docs-json. Public: it holds no data.
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

export function configureDocs(
  app: INestApplication,
  { name, description }: { name: string; description?: string },
): void {
  const config = new DocumentBuilder()
    .setTitle(name)
    .setDescription(description ?? '')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'docs-json',
    yamlDocumentUrl: 'docs-yaml',
  });
}

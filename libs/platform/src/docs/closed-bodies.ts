// A field nobody knows is refused (http/validation.ts), and the OpenAPI document says so: the objects that requests send are closed.
import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './every-operation.js';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  additionalProperties?: unknown;
}

export function closeBodies(document: OpenAPIObject): void {
  const schemas = (document.components?.schemas ?? {}) as Readonly<Record<string, Schema>>;
  for (const [, { requestBody }] of operationsOf(document)) {
    if (!requestBody || '$ref' in requestBody) continue;
    for (const { schema } of Object.values(requestBody.content)) if (schema) close(schema, schemas);
  }
}

function close(schema: Schema, schemas: Readonly<Record<string, Schema>>): void {
  const target = schema.$ref === undefined ? schema : schemas[schema.$ref.split('/').at(-1)!];
  if (!target) return;
  if (target.items) close(target.items, schemas);
  if (target.type !== 'object' || target.additionalProperties !== undefined) return;
  target.additionalProperties = false;
  for (const property of Object.values(target.properties ?? {})) close(property, schemas);
}

// The error answers of a route in the API docs: one schema for all of them, because there is one shape.
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';

class FieldErrorDto {
  @ApiProperty({ example: 'lines.0.quantity', description: 'Where.' })
  field: string;

  @ApiProperty({ example: 'isInt', description: 'Which rule: stable, for programs.' })
  rule: string;

  @ApiProperty({ example: 'quantity must be an integer number' })
  message: string;
}

/** Documents `problemBody`. */
export class ProblemDto {
  @ApiProperty({ example: 'urn:problem:validation-failed' })
  type: string;

  @ApiProperty({ example: 'validation-failed', description: 'Stable: match on it.' })
  code: string;

  @ApiProperty({ example: 'Bad Request' })
  title: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status: number;

  @ApiProperty({ example: 'Some fields are not right; see errors.', description: 'For people.' })
  detail: string;

  @ApiProperty({ description: 'The same as in the header X-Correlation-Id: quote it when you report a problem.' })
  correlationId: string;

  @ApiPropertyOptional({
    type: [FieldErrorDto],
    description: 'With validation-failed and ES-2004: every field that is not right.',
  })
  errors?: FieldErrorDto[];
}

const problemContent = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } };
const retryAfter = {
  'Retry-After': { description: 'Whole seconds, from 1.', schema: { type: 'integer' as const, minimum: 1 } },
};

/** Of every route that is counted (http/throttle.ts). */
export const tooManyRequests = {
  description: 'More requests than are taken of one caller. Wait as many seconds as Retry-After says.',
  headers: retryAfter,
  content: problemContent,
};

/** Of every route that may be refused (http/back-pressure.ts), or needs the database. */
export const notNow = {
  description:
    'The service cannot answer now: it, or its database, has too much to do or is away. Retry-After says when to ask again.',
  headers: retryAfter,
  content: problemContent,
};

/** `@ApiProblems({ 404: 'There is no such order.', … })`: when a route answers which error. */
export function ApiProblems(sentences: Readonly<Record<number, string>>): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...Object.entries(sentences).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, content: problemContent }),
    ),
  );
}

const version = { type: 'string', example: '"1"' } as const;

/** Header objects for `ApiOkResponse({ headers })`. */
export const etagHeader = { ETag: { description: 'The version; send it as If-Match.', schema: version } };
export const locationHeader = {
  Location: { description: 'Where the new resource is.', schema: { type: 'string' as const } },
};

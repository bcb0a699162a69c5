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

  @ApiProperty({
    example: '0198c0de-7a11-7000-8000-000000000001',
    description: 'The same as in the header X-Correlation-Id: quote it when you report a problem.',
  })
  correlationId: string;

  @ApiPropertyOptional({
    type: [FieldErrorDto],
    description: 'With validation-failed and ES-2004: every field that is not right.',
  })
  errors?: FieldErrorDto[];
}

export const problemContent = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } };

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

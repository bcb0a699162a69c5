// What the health routes answer, for the API docs.
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

export class LiveDto {
  @ApiProperty({ enum: ['ok'] })
  status: 'ok';
}

class CheckDto {
  @ApiProperty({ enum: ['up', 'degraded', 'down'] })
  status: string;

  @ApiPropertyOptional({ example: '2 projections are behind' })
  detail?: string;
}

const checks = { type: 'object', additionalProperties: { $ref: getSchemaPath(CheckDto) } } as const;

@ApiExtraModels(CheckDto)
export class ReadyDto {
  @ApiProperty({ enum: ['ok', 'degraded'], description: 'degraded: a part is missing, but the service does its work.' })
  status: string;

  @ApiProperty({ ...checks, description: 'Each part of the service by its name.' })
  checks: Record<string, unknown>;
}

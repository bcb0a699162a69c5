// POST /crate-loads and /crate-loads/:id/close, and what every change answers.
import { ApiProperty } from '@nestjs/swagger';
import { IsTextLine } from '@app/platform';

export class OpenCrateLoadDto {
  @ApiProperty({ example: 'The first one', minLength: 1, maxLength: 200 })
  @IsTextLine(200)
  subject: string;
}

export class CloseCrateLoadDto {
  @ApiProperty({ example: 'Done.', minLength: 1, maxLength: 200, description: 'Kept for ever: name nobody.' })
  @IsTextLine(200)
  reason: string;
}

export class CrateLoadChangedDto {
  @ApiProperty({ format: 'uuid' })
  crateLoadId: string;

  @ApiProperty({ type: 'integer', example: 1, description: 'Version after the change; also the ETag.' })
  version: number;
}

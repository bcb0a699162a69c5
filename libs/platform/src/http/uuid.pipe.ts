// An id from the outside is a UUID or the request ends here.
import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { isUuid } from '@app/kernel';
import { ProblemException } from './problem.js';

/** `@Param('id', UuidPipe) id: string`. Upper case is brought to lower: one id, one spelling. The nil UUID is none. */
@Injectable()
export class UuidPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data }: ArgumentMetadata): string {
    const id = typeof value === 'string' && value.length === 36 ? value.toLowerCase() : value;
    if (isUuid(id)) return id;
    const field = data ?? 'id';
    throw new ProblemException({
      status: 400,
      code: 'validation-failed',
      detail: 'Some fields are not right; see errors.',
      errors: [{ field, rule: 'isUuid', message: `${field} must be a UUID` }],
    });
  }
}

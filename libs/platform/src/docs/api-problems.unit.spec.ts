import { expectTypeOf, it } from 'vitest';
import type { FieldProblem, Problem } from '@app/clients';
import type { ProblemDto } from './api-problems.js';

type FieldDto = NonNullable<ProblemDto['errors']>[number];

it('the problem that clients read is the one that services document', () => {
  expectTypeOf<ProblemDto>().toExtend<Problem>();
  expectTypeOf<keyof ProblemDto>().toEqualTypeOf<keyof Problem>();
  expectTypeOf<keyof FieldDto>().toEqualTypeOf<keyof FieldProblem>();
});

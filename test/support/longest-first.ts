// Two workers are done soonest when nothing long begins last. A clean clone knows no durations yet, so the kind of a file stands for them.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const KINDS = [/test\/fire\//, /\.e2e\.spec/, /\.int\.spec/, /\.unit\.spec/];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return KINDS.flatMap((_, rank) => sorted.filter(({ moduleId }) => rankOf(moduleId) === rank));
  }
}

function rankOf(file: string): number {
  return KINDS.findIndex((kind) => kind.test(file));
}

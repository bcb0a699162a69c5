import { describe, expect, it } from 'vitest';
import { judge } from './planted-violations.js';

describe('the proof that the dependency rules bite', () => {
  const planted = new Set(['a.ts: no-circular']);

  it('is satisfied when exactly the planted violations are reported', () => {
    expect(judge(['no-circular'], planted, planted)).toEqual([]);
  });

  it('names a violation that went unnoticed', () => {
    expect(judge(['no-circular'], planted, new Set())).toEqual(['a.ts: no-circular was planted and not reported']);
  });

  it('names an innocent file that was reported', () => {
    const reported = new Set([...planted, 'b.ts: no-circular']);
    expect(judge(['no-circular'], planted, reported)).toEqual(['b.ts: no-circular was reported and not planted']);
  });

  it('names a rule that nothing breaks', () => {
    expect(judge(['no-circular', 'new-rule'], planted, planted)[0]).toMatch(/^new-rule: no file .* breaks this rule/);
  });
});

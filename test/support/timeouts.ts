// Tests of whole systems may take longer than the others.
import { expect, vi } from 'vitest';

if (expect.getState().testPath?.endsWith('.e2e.spec.ts') === true) {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
}

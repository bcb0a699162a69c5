// Waits until a system has come to rest: read twice, nothing moving either time, and nothing changed in between.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  fingerprint,
  notAtRest,
  readSystemState,
  type SystemProbe,
  type SystemState,
} from '../../libs/event-store/src/testing/invariants/index.js';

export class NotAtRestError extends Error {
  constructor(deadlineMs: number, moving: readonly string[]) {
    const shown = moving.slice(0, 10).map((sentence) => `\n  - ${sentence}`);
    const more = moving.length > 10 ? `\n  - and ${moving.length - 10} more` : '';
    super(`The system has not come to rest within ${deadlineMs} ms:${shown.join('')}${more}`);
    this.name = 'NotAtRestError';
  }
}

export interface RestProbe extends SystemProbe {
  /** Takes out of the state what was put in on purpose, and is no work of the system's. */
  readonly lens?: (state: SystemState) => SystemState;
  /** Pause between two looks, in milliseconds, default 100. */
  readonly everyMs?: number;
}

/** @throws NotAtRestError saying what still moves. */
export async function waitForRest(probe: RestProbe, deadlineMs: number, signal?: AbortSignal): Promise<SystemState> {
  const { lens = (state) => state, everyMs = 100 } = probe;
  let before = '';
  for (const start = Date.now(); ; await sleep(everyMs, undefined, { signal })) {
    const state = lens(await readSystemState(probe));
    const moving = notAtRest(state);
    const now = fingerprint(state);
    if (moving.length === 0 && now === before) return state;
    before = moving.length === 0 ? now : '';
    if (Date.now() - start > deadlineMs) {
      throw new NotAtRestError(deadlineMs, moving.length > 0 ? moving : ['everything was at rest only now']);
    }
  }
}

// Whether the read models of this build may be read: readiness waits for those that have never been level with their logs.
import { outsideTransaction, type LogCursor, type LogName, type SubscriptionStatus } from '../core/index.js';
import { duration } from '../operations/index.js';
import {
  areFew,
  LEVEL_WITHIN,
  ProgressEstimate,
  projectionName,
  splitSegmentName,
  type ProjectionKey,
  type ProjectionVersion,
} from '../subscriptions/index.js';
import type { EventStoreRuntime } from './runtime.js';

export interface ReadModel extends ProjectionKey {
  readonly logs: readonly LogName[];
}

/** Longest wait for the end of a log, in milliseconds: a slow writer holds it back, and health has to answer. */
const END_WAIT_MS = 500;

export class ReadModelReadiness {
  /** Once ready, always: a replica does not leave the traffic because it lags. */
  private readonly ready = new Set<string>();
  private readonly estimates = new Map<string, ProgressEstimate>();
  /** Of each log the look that is under way: it goes on for longer than anybody waits for it, and is shared. */
  private readonly heads = new Map<LogName, Promise<LogCursor | undefined>>();

  constructor(
    private readonly runtime: EventStoreRuntime,
    private readonly models: readonly ReadModel[],
  ) {}

  /** One sentence for each that should not be read yet; they name no data. @throws UnavailableError */
  async unready(): Promise<string[]> {
    const open = this.models.filter((model) => !this.ready.has(projectionName(model)));
    if (open.length === 0) return [];
    const { versions, checkpoints } = this.runtime;
    const [known, places] = [await versions.list(), await checkpoints.list()];
    const sentences: string[] = [];
    for (const model of open) {
      const found = known.find(({ name, version }) => name === model.name && version === model.version);
      if (await this.mayBeRead(model, found, places)) this.ready.add(projectionName(model));
      else sentences.push(await this.sentence(model, places));
    }
    return sentences;
  }

  /** What another version has replaced serves this build all the same, once it is level again. */
  private async mayBeRead(
    model: ReadModel,
    found: ProjectionVersion | undefined,
    places: readonly SubscriptionStatus[],
  ): Promise<boolean> {
    if (found?.state === 'serving') return found.takenUpAt !== undefined;
    if (found?.state !== 'retired') return false;
    for (const log of model.logs) {
      const at = placeOf(model, log, places)?.cursor; // of the segment that is furthest back
      if (!at) return false;
      const waiting = await outsideTransaction(() => this.runtime.logs[log].read(at, LEVEL_WITHIN));
      if (!areFew(waiting, this.runtime.clock.now())) return false;
    }
    return true;
  }

  private async sentence(model: ReadModel, places: readonly SubscriptionStatus[]): Promise<string> {
    const name = projectionName(model);
    const what = `read model ${name} is being built`;
    const paused = model.logs.some((log) => placeOf(model, log, places)?.paused);
    if (paused) return `${what}, and is paused`;
    const aside = (await this.runtime.parking.list()).filter((one) => splitSegmentName(one.name).projection === name);
    const { percent, remainingMs } = await this.estimate(model, places);
    if (percent === 100 && aside.length > 0) return `${what}, but ${aside.length} of its records could not be handled`;
    const howFar = percent === undefined ? '' : `, ${percent} %`;
    return remainingMs === undefined ? what + howFar : `${what}${howFar}, about ${duration(remainingMs)}`;
  }

  /** Of the log that has most before it. */
  private async estimate(
    model: ReadModel,
    places: readonly SubscriptionStatus[],
  ): Promise<{ percent?: number; remainingMs?: number }> {
    const { clock } = this.runtime;
    let least: { percent?: number; remainingMs?: number } = {};
    for (const log of model.logs) {
      const at = placeOf(model, log, places)?.cursor.position ?? 0n;
      const giveUp = new AbortController();
      const end = await Promise.race([this.head(log), clock.sleep(END_WAIT_MS, giveUp.signal).then(() => undefined)]);
      giveUp.abort();
      if (!end) continue;
      const key = `${projectionName(model)}/${log}`;
      const estimate = this.estimates.get(key) ?? new ProgressEstimate();
      this.estimates.set(key, estimate);
      const one = estimate.note(clock.now(), at, end.position);
      if (one.percent <= (least.percent ?? 100)) least = one;
    }
    return least;
  }

  private head(log: LogName): Promise<LogCursor | undefined> {
    const underWay = this.heads.get(log);
    if (underWay) return underWay;
    const head = outsideTransaction(() => this.runtime.logs[log].head())
      .catch(() => undefined)
      .finally(() => this.heads.delete(log));
    this.heads.set(log, head);
    return head;
  }
}

function placeOf(
  model: ReadModel,
  log: LogName,
  places: readonly SubscriptionStatus[],
): SubscriptionStatus | undefined {
  return places
    .filter((place) => splitSegmentName(place.name).projection === projectionName(model) && place.log === log)
    .toSorted((a, b) => (a.cursor.position < b.cursor.position ? -1 : 1))[0];
}

// I3 while it goes on: a reader that was shown a position must never learn later of one below it that was not there.
import type { LogName } from '../../core/index.js';
import type { MemoryDatabase } from '../../memory/index.js';
import { Findings, type Violation } from '../invariants/index.js';

type Log = MemoryDatabase['logs'][LogName];

interface Read {
  readonly log: Log;
  readonly name: LogName;
  readonly upTo: bigint;
  /** Records at or below it, at that time. */
  readonly count: number;
}

export class Reads {
  private readonly all: Read[] = [];

  note(log: Log, name: LogName, upTo: bigint): void {
    this.all.push({ log, name, upTo, count: log.countUpTo(upTo) });
  }

  check(): Violation[] {
    const findings = new Findings('I3');
    for (const { log, name, upTo, count } of this.all) {
      const late = log.countUpTo(upTo) - count;
      if (late > 0)
        findings.add(
          'lost',
          `a reader of ${name} was shown position ${upTo} before ${late} records below it appeared.`,
        );
    }
    return findings.found;
  }
}

// Run by node:test, not by Vitest: what a team on another runner sees. KIT_TEST names the test: passes, fails, returned, or left lying.
import { it } from 'node:test';
import { Aggregate, Event, EventSourcedAggregate, When } from '../../core/index.js';
import { given, givenProcess, minutes } from '../index.js';
import { OnTimer, Process, ProcessManager, StartsWith } from '../../processes/index.js';

@Event('bell.rung')
class BellRung {
  constructor(readonly times: number) {}
}

@Aggregate('bell')
class Bell extends EventSourcedAggregate<{ rung: number }> {
  state = { rung: 0 };

  ring(times: number): void {
    this.raise(new BellRung(times));
  }

  @When(BellRung)
  protected rings({ times }: BellRung): void {
    this.state = { rung: this.state.rung + times };
  }
}

class OpenDoor {
  constructor(readonly bell: string) {}
}

@ProcessManager('door')
class Door extends Process {
  state = {};

  @StartsWith(BellRung)
  rung(): void {
    this.wake('walk', { afterMs: minutes(1) });
  }

  @OnTimer('walk')
  arrived(): void {
    this.send(new OpenDoor(this.id));
  }
}

const ring = (bell: Bell): void => bell.ring(2);
const tests: Record<string, () => unknown> = {
  passes: async () => {
    await given(Bell).when(ring).then(new BellRung(2));
    await givenProcess(Door, new BellRung(1)).of('7').whenTimePasses(minutes(1)).thenSends(new OpenDoor('7'));
  },
  fails: () => given(Bell).when(ring).then(new BellRung(3)),
  returned: () => given(Bell).when(ring),
  'left lying': () => void given(Bell).when(ring),
};

const name = process.env['KIT_TEST'] ?? '';
void it(name, async () => void (await tests[name]!()));

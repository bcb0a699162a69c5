// Those who ask: each request goes to some process of its context, again and again under one id, until somebody answers.
import { DomainError, TooManyConflictsError, UnavailableError } from '../../core/index.js';
import type { SimulatedService } from './simulated-service.js';
import type { World } from './world.js';
import type { Answer, ClientRequest } from './workload.js';

/** After this time without an answer a client asks again, in milliseconds. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 300;
/** How often a client leaves instead of asking again. */
const GIVES_UP = 0.1;

export class Clients {
  readonly answers: Answer[] = [];
  /** Given up on: nobody knows what became of them. */
  readonly unknown = new Set<ClientRequest>();
  private readonly unanswered = new Set<ClientRequest>();

  constructor(
    private readonly world: World,
    /** Those of a context that run now. */
    private readonly running: (context: string) => readonly SimulatedService[],
  ) {}

  get waiting(): number {
    return this.unanswered.size;
  }

  plan(requests: readonly ClientRequest[]): void {
    for (const request of requests) {
      this.unanswered.add(request);
      for (let copy = request.twice ? 2 : 1; copy > 0; copy -= 1)
        this.world.timeline.in(request.atMs, () => this.send(request));
    }
  }

  private send(request: ClientRequest): void {
    const { world } = this;
    const services = this.running(request.context);
    const again = (): void => {
      if (!this.unanswered.has(request)) return;
      if (world.faults.active && world.random.chance(GIVES_UP)) this.giveUp(request);
      else this.send(request);
    };
    if (services.length === 0) return void world.timeline.in(PAUSE_MS, again);
    const service = world.random.pick(services);
    let isOver = false;
    const end = (then: () => void) => (): void => {
      if (isOver) return;
      isOver = true;
      then();
    };
    world.timeline.in(PATIENCE_MS, end(again));
    world.timeline.in(world.faults.latencyMs(), () => {
      if (!service.process.isAlive) return;
      service.process.tell(() => `is asked for ${request.command.constructor.name} ${JSON.stringify(request.command)}`);
      const heard = (what: () => void): void =>
        void service.process.later(0, () => world.timeline.in(world.faults.latencyMs(), what));
      service.execute(request.command, request.commandId).then(
        (result) => heard(() => this.answer({ request, result })),
        (error: unknown) => {
          if (error instanceof DomainError)
            return heard(() => this.answer({ request, result: { rejected: error.code } }));
          if (error instanceof UnavailableError || error instanceof TooManyConflictsError)
            return heard(end(() => world.timeline.in(PAUSE_MS, again)));
          world.violations.push({
            invariant: 'answer',
            damage: 'wrong',
            sentence: `answer: ${request.command.constructor.name} was answered with ${String(error)}`,
          });
        },
      );
    });
  }

  private giveUp(request: ClientRequest): void {
    this.world.tell(0, '●', `client gives up on ${request.command.constructor.name}`);
    this.unanswered.delete(request);
    this.unknown.add(request);
  }

  private answer(answer: Answer): void {
    const { request, result } = answer;
    const what = 'rejected' in result ? `no, ${result.rejected}` : `yes, version ${result.version} of ${result.stream}`;
    this.world.tell(0, '●', `client hears of ${request.command.constructor.name}: ${what}`);
    this.answers.push(answer);
    this.unanswered.delete(request);
    this.unknown.delete(request);
  }
}

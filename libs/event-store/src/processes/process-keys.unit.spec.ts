import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Event } from '../core/index.js';
import { On } from '../subscriptions/index.js';
import { ProcessLab } from '../testing/process-lab.js';
import { Process } from './process.js';
import { ProcessManager, StartsWith } from './process.decorators.js';

@Event('order.placed')
class Placed {}

@Event('order.noted')
class Noted {
  constructor(readonly note: string) {}
}

@Event('order.closed')
class Closed {}

@Event('bank.opened')
class Opened {
  constructor(
    readonly orderId: string,
    readonly paymentId: string,
  ) {}
}

@Event('bank.settled')
class Settled {
  constructor(
    readonly paymentId: string,
    readonly note = 'settled',
  ) {}
}

class Say {
  constructor(readonly note: string) {}
}

const failing = new Set<string>();

// #region several-keys
@ProcessManager('payments', {
  correlate: (event, { stream }) => {
    if (event instanceof Settled) return `payment-${event.paymentId}`; // the bank knows no order
    return event instanceof Opened ? event.orderId : stream.id;
  },
})
class Payments extends Process<{ notes: string[] }> {
  state: { notes: string[] } = { notes: [] };

  @StartsWith(Placed)
  placed(): void {}

  @On(Opened)
  opened({ paymentId }: Opened): void {
    this.correlateAlso(`payment-${paymentId}`);
    this.say('opened');
  }
  // #endregion several-keys

  @On(Settled)
  settled({ note }: Settled): void {
    this.say(note);
  }

  @On(Noted)
  noted({ note }: Noted): void {
    this.say(note);
  }

  @On(Closed)
  closed(): void {
    this.complete();
  }

  private say(note: string): void {
    if (failing.has(note)) throw new Error(`not ${note}`);
    this.state.notes.push(note);
    this.send(new Say(`${this.id}: ${note}`));
  }
}

/** Learns a key in the log that it starts in, too. */
@ProcessManager('pairs', { correlate: (_, { stream }) => stream.id })
class Pairs extends Process {
  state = {};

  @StartsWith(Placed)
  placed(): void {
    this.send(new Say(`${this.id}: placed`));
  }

  @On(Noted)
  noted({ note }: Noted): void {
    this.correlateAlso(note);
    this.send(new Say(`${this.id}: has ${note}`));
  }
}

describe('a process with several keys', () => {
  let lab: ProcessLab;

  beforeEach(() => {
    failing.clear();
    lab = new ProcessLab({ own: [Placed, Noted, Closed], foreign: [Opened, Settled], commands: [Say] });
  });
  afterEach(() => lab.stop());

  const until = (condition: () => boolean | Promise<boolean>) => lab.clock.until(condition, 60_000);
  const said = async () => (await lab.sent()).map((command) => (command as Say).note);
  const heard = (count: number) => until(async () => (await said()).length >= count);
  const asides = async () => (await lab.store.parking.list()).map(({ key, status }) => `${key} ${status}`);

  it('is reached by a key that it has learned, as by the id it was started with', async () => {
    lab.run(new Payments());
    await lab.happen('order-1', new Placed());
    await lab.arrive('x', new Opened('1', 'p'), new Settled('p'), new Settled('p', 'again'));
    await heard(3);
    expect(await said()).toEqual(['1: opened', '1: settled', '1: again']);
    expect(await lab.process('payments', 'payment-p')).toMatchObject({ id: '1', keys: ['payment-p'] });
  });

  it('cannot have the id of another that has begun in the same unit of work', async () => {
    for (const id of ['1', '2']) await lab.happen(`order-${id}`, new Placed());
    await lab.happen('order-1', new Noted('2'));
    await lab.happen('order-2', new Noted('3'));
    lab.run(new Pairs());
    await heard(3);
    expect(await said()).toEqual(['1: placed', '2: placed', '2: has 3']);
    expect(await asides()).toEqual(['1 parked']);
    expect(await lab.process('pairs', '2')).toMatchObject({ id: '2', keys: ['3'] });
  });

  it('gets what came before it had the key once it has it, in order: nothing vanishes', async () => {
    const [, inbound] = lab.run(new Payments());
    await lab.arrive('x', new Settled('p', 'early'), new Settled('p', 'second'));
    await lab.happen('order-1', new Placed());
    await lab.clock.advance(10_000);
    expect(await asides()).toEqual(['payment-p waiting', 'payment-p behind']);
    await lab.arrive('x', new Opened('1', 'p'), new Settled('p', 'third'));
    await heard(4);
    expect(await said()).toEqual(['1: opened', '1: early', '1: second', '1: third']);
    expect([await asides(), inbound!.status().parked]).toEqual([[], 0]);
  });

  it('does not get it when it never has the key: that is parked after the time a start may take, with the key in its reason', async () => {
    const [, inbound] = lab.run(new Payments());
    await lab.happen('order-1', new Placed());
    await lab.arrive('x', new Settled('p'));
    await lab.clock.until(() => inbound!.status().parked === 1, 700_000);
    const alarm = lab.lines.find(({ level }) => level === 'error');
    expect(alarm?.fields).toMatchObject({
      key: 'payment-p',
      reason: expect.stringMatching(/^ES-1504: .*payment-p.*no other has this key/),
    });
  });

  it('meets it with its tombstone after its end', async () => {
    const [events, inbound] = lab.run(new Payments());
    await lab.happen('order-1', new Placed());
    await lab.arrive('x', new Opened('1', 'p'));
    await heard(1);
    await lab.happen('order-1', new Closed());
    await until(() => events!.status().position === 2n);
    await lab.arrive('x', new Settled('p'));
    await until(() => inbound!.status().position === 2n);
    expect([await said(), await asides()]).toEqual([['1: opened'], []]);
  });

  it('keeps the order of a log also across its keys: what failed by one holds back what comes by another', async () => {
    const [events] = lab.run(new Payments());
    await lab.happen('order-1', new Placed());
    await lab.happen('order-2', new Placed());
    await until(() => events!.status().position === 2n);
    await lab.arrive('x', new Opened('1', 'p'), new Opened('1', 'q'), new Opened('2', 'r'));
    await heard(3);
    failing.add('settled');
    await lab.arrive(
      'x',
      new Settled('p'),
      new Settled('q', 'by another key'),
      new Opened('1', 'p'),
      new Settled('r', 'of another process'),
    );
    await heard(4);
    await lab.clock.advance(5_000);
    expect((await said()).slice(3)).toEqual(['2: of another process']);
    expect(await asides()).toEqual(['1 waiting', '1 behind', '1 behind']);
    failing.clear();
    await heard(7);
    expect((await said()).slice(4)).toEqual(['1: settled', '1: by another key', '1: opened']);
  });

  it('does not lose that order to what it had to wait for: a record by its id stands behind one that came by an early key', async () => {
    lab.run(new Payments());
    failing.add('early');
    await lab.arrive('x', new Settled('p', 'early'));
    await lab.happen('order-1', new Placed());
    await lab.arrive('x', new Opened('1', 'p'));
    await heard(1);
    await lab.arrive('x', new Opened('1', 'q'));
    await lab.clock.advance(10_000);
    expect(await asides()).toEqual(['payment-p waiting', 'payment-p behind']);
    failing.clear();
    await heard(3);
    expect(await said()).toEqual(['1: opened', '1: early', '1: opened']);
  });

  it('does not lose that order where two keys were early: what came by one waits for what came by the other before', async () => {
    @ProcessManager('baskets', {
      correlate: (event, { stream }) => (event instanceof Settled ? event.paymentId : stream.id),
    })
    class Baskets extends Payments {
      override noted({ note }: Noted): void {
        for (const key of note.split(' ')) this.correlateAlso(key);
      }
    }
    lab.run(new Baskets());
    failing.add('first');
    await lab.arrive('x', new Settled('p', 'first'), new Settled('q', 'second'), new Settled('q', 'third'));
    await until(async () => (await asides()).join() === 'p waiting,q waiting,q behind');
    await lab.happen('order-1', new Placed(), new Noted('p q'));
    await until(async () => (await lab.store.parking.list()).every(({ reason }) => !reason.startsWith('ES-1504')));
    await until(async () => (await asides()).join() === 'p waiting,p behind,p behind');
    expect(await said()).toEqual([]);
    failing.clear();
    await heard(3);
    expect(await said()).toEqual(['1: first', '1: second', '1: third']);
  });

  it('cannot have a key of another process: the event that says so is parked at once and changes nothing', async () => {
    const [events, inbound] = lab.run(new Payments());
    await lab.happen('order-1', new Placed());
    await lab.happen('order-2', new Placed());
    await until(() => events!.status().position === 2n);
    await lab.arrive('x', new Opened('1', 'p'), new Opened('2', 'p'), new Settled('p'));
    await heard(2);
    await until(() => inbound!.status().parked === 1);
    expect(await said()).toEqual(['1: opened', '1: settled']);
    const [parked] = await lab.store.parking.list();
    expect(parked).toMatchObject({ key: '2', attempts: 1 });
    expect(parked?.reason).toMatch(/^ES-1508: Process payments 2 wants the key payment-p, .*belongs to payments 1\./);
    expect(await lab.process('payments', '2')).toMatchObject({ state: { notes: [] }, keys: [] });
  });

  it('finds its key also when it was started under it by somebody else meanwhile: that is its owner', async () => {
    const [events, inbound] = lab.run(new Payments());
    await lab.happen('order-1', new Placed());
    await lab.happen('order-payment-p', new Placed());
    await until(() => events!.status().position === 2n);
    await lab.arrive('x', new Opened('1', 'p'));
    await until(() => inbound!.status().parked === 1);
    expect((await lab.store.parking.list())[0]?.reason).toMatch(/^ES-1508: .*belongs to payments payment-p\./);
  });

  it('learns a key again without harm, and only texts that can be stored', async () => {
    @ProcessManager('odd', { correlate: (_event, { stream }) => stream.id })
    class Odd extends Process {
      state = {};
      @StartsWith(Noted)
      noted({ note }: Noted): void {
        this.correlateAlso(note);
      }
    }
    const [events] = lab.run(new Odd());
    await lab.happen('order-1', new Noted('k'), new Noted('k'), new Noted('1'));
    await until(() => events!.status().position === 3n);
    expect(await lab.process('odd', 'k')).toMatchObject({ id: '1', keys: ['k'] });
    await lab.happen('order-1', new Noted(''));
    await until(async () => (await asides()).length === 1);
    expect((await lab.store.parking.list())[0]?.reason).toContain('correlateAlso(""): expected a text, not empty');
  });
});

import { describe, expect, it } from 'vitest';
import { Aggregate, aggregateDefinition, When } from './aggregate.decorators.js';
import { EventSourcedAggregate } from './aggregate.js';
import { ConfigurationError, CorruptStreamError, EventNotRegisteredError } from '../errors.js';
import { Event } from '../events/event.decorator.js';

@Event('counter.raised')
class Raised {
  constructor(readonly by: number) {}
}
@Event('counter.reset')
class Reset {}
@Event('counter.marked')
class Marked {}
class Undeclared {}

abstract class Countable extends EventSourcedAggregate<{ count: number; marks: number }> {
  state = { count: 0, marks: 0 };

  @When(Raised)
  protected raised({ by }: Raised): void {
    this.state = { ...this.state, count: this.state.count + by };
  }

  @When(Reset)
  protected wasReset(_event: Reset): void {
    this.state = { ...this.state, count: 0 };
  }
}

@Aggregate('counter')
class Counter extends Countable {
  add(by: number): void {
    this.raise(new Raised(by));
  }

  mark(): void {
    this.raise(new Marked());
  }

  raiseUndeclared(): void {
    this.raise(new Undeclared());
  }

  @When(Marked)
  protected marked(_event: Marked): void {
    this.state = { ...this.state, marks: this.state.marks + 1 };
  }

  @When(Reset)
  protected resetToTen(_event: Reset): void {
    this.state = { ...this.state, count: 10 };
  }
}

const stored = (version: number, event: object, aggregateId = '1') => ({ aggregateId, version, events: [event] });

describe('an aggregate', () => {
  it('applies what it raises at once, and keeps it for the next save', () => {
    const counter = new Counter('1');
    expect(counter.exists).toBe(false);
    counter.add(2);
    counter.add(3);
    expect(counter.state.count).toBe(5);
    expect(counter.changes).toEqual([new Raised(2), new Raised(3)]);
    expect([counter.exists, counter.version, counter.storedVersion]).toEqual([true, 2, 0]);
    counter.markSaved();
    expect(counter.changes).toEqual([]);
    expect([counter.version, counter.storedVersion]).toEqual([2, 2]);
  });

  it('is rebuilt from its events, which are not raised again', () => {
    const counter = new Counter('1');
    counter.apply(stored(1, new Raised(2)));
    counter.apply(stored(2, new Raised(3)));
    expect([counter.state.count, counter.version, counter.storedVersion]).toEqual([5, 2, 2]);
    expect(counter.changes).toEqual([]);
  });

  it('refuses an event of another aggregate', () => {
    const counter = new Counter('1');
    expect(() => counter.apply(stored(1, new Raised(2), '2'))).toThrow(CorruptStreamError);
    expect(counter.state.count).toBe(0);
  });

  it.each([0, 1, 3])('at version 1 refuses version %i', (version) => {
    const counter = new Counter('1');
    counter.apply(stored(1, new Raised(2)));
    expect(() => counter.apply(stored(version, new Raised(2)))).toThrow(`given version ${version}; expected 2`);
    expect([counter.state.count, counter.version]).toEqual([2, 1]);
  });

  it('refuses to raise an event it has no @When for, and stays as it was', () => {
    const counter = new Counter('1');
    expect(() => counter.raiseUndeclared()).toThrow(EventNotRegisteredError);
    expect(() => counter.raiseUndeclared()).toThrow('no @When(Undeclared)');
    expect([counter.version, counter.changes.length]).toEqual([0, 0]);
  });

  it('inherits each @When of its parent, and its own goes first', () => {
    const counter = new Counter('1');
    counter.add(1);
    counter.mark();
    counter.apply(stored(3, new Reset()));
    expect(counter.state).toEqual({ count: 10, marks: 1 });
    expect([...aggregateDefinition(Counter).appliers.keys()].map(({ name }) => name).sort()).toEqual([
      'Marked',
      'Raised',
      'Reset',
    ]);
  });
});

describe('the declaration of an aggregate', () => {
  it.each(['', 'Order', 'shipping-label', '1st'])('is refused for the category %j', (category) => {
    expect(() => Aggregate(category)(class Wrong {})).toThrow(ConfigurationError);
  });

  it('is missed where @Aggregate is missing, also below a class that has it', () => {
    class Plain extends Countable {}
    class Below extends Counter {}
    expect(() => aggregateDefinition(Plain)).toThrow(ConfigurationError);
    expect(() => aggregateDefinition(Below)).toThrow('Below is not an aggregate');
  });

  it('is refused with two @When for one event', () => {
    expect(() => {
      class Twice extends Countable {
        @When(Marked)
        protected once(_event: Marked): void {}

        @When(Marked)
        protected again(_event: Marked): void {}
      }
      return Twice;
    }).toThrow('Twice has two @When(Marked)');
  });

  it('is refused with a @When for a class that is no event', () => {
    @Aggregate('odd')
    class Odd extends Countable {
      @When(Undeclared)
      protected undeclared(_event: Undeclared): void {}
    }
    expect(() => aggregateDefinition(Odd)).toThrow(EventNotRegisteredError);
  });
});

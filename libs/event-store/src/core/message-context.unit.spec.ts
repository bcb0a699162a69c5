import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deterministicId } from './ids.js';
import { MessageContext } from './message-context.js';

const command = { id: '0198a0b0-0000-7000-8000-000000000001', type: 'PlaceOrder', contentHash: 'x' };

describe('a message context', () => {
  it('is there for everything that is called inside, across awaits, and nowhere else', async () => {
    const [one, two] = [new MessageContext({ correlationId: 'one' }), new MessageContext({ correlationId: 'two' })];
    const seen = await Promise.all(
      [one, two].map((context) =>
        MessageContext.run(context, async () => {
          await nextTurn();
          return MessageContext.current()?.correlationId;
        }),
      ),
    );
    expect(seen).toEqual(['one', 'two']);
    expect(MessageContext.current()).toBeUndefined();
  });

  it('makes the command the cause of what is recorded', () => {
    const context = new MessageContext({
      correlationId: 'c',
      causationId: 'event',
      actor: 'customer:a',
      reason: 'late',
      command,
    });
    expect(context.metadata).toEqual({
      correlationId: 'c',
      causationId: command.id,
      commandId: command.id,
      actor: 'customer:a',
      reason: 'late',
      traceparent: undefined,
    });
    expect(context.inherited).not.toHaveProperty('commandId');
  });

  it('keeps the cause it was given where there is no command', () => {
    const context = new MessageContext({ correlationId: 'c', causationId: 'event' });
    expect(context.metadata).toMatchObject({ correlationId: 'c', causationId: 'event' });
    expect(context.metadata).not.toHaveProperty('commandId');
  });

  it('counts the decisions on each stream', () => {
    const context = new MessageContext({ correlationId: 'c', command });
    expect(['a-1', 'a-1', 'b-1', 'a-1'].map((stream) => context.nextStep(stream))).toEqual([0, 1, 0, 2]);
  });

  it('gives the commands sent from it the same ids on every redelivery', () => {
    const children = (context: MessageContext) => [context.nextChildId(), context.nextChildId()];
    const first = children(new MessageContext({ correlationId: 'c', command }));
    expect(new Set(first).size).toBe(2);
    expect(children(new MessageContext({ correlationId: 'other', command }))).toEqual(first);
    expect(children(new MessageContext({ correlationId: 'c', command, seed: 'saga' }))).not.toEqual(first);
    expect(new MessageContext({ correlationId: 'c' }).nextChildId()).toBeUndefined();
  });

  it('goes on in the name of somebody else as the same message: what caused it, its trace, and its numbers', async () => {
    const context = new MessageContext({
      correlationId: 'c',
      causationId: 'event',
      actor: 'customer:a',
      reason: 'late',
      command,
      seed: 's',
    });
    context.continueTrace('trace');
    const numbers = () => {
      const current = MessageContext.current()!;
      return [current.nextStep('a-1'), current.nextChildId()];
    };
    const expected = [0, 1, 2].map((step) => [step, deterministicId('s', 'child', step)]);
    await MessageContext.run(context, async () => {
      expect(numbers()).toEqual(expected[0]);
      await MessageContext.as('operator:o', async () => {
        await nextTurn();
        expect(MessageContext.current()!.metadata).toEqual({ ...context.metadata, actor: 'operator:o' });
        expect(numbers()).toEqual(expected[1]);
        const takeBack = MessageContext.current()!.mark();
        expect(numbers()).toEqual(expected[2]);
        takeBack();
      });
      expect(context.hasReached('a-1', 1)).toBe(true);
      expect(numbers()).toEqual(expected[2]);
      expect(MessageContext.current()!.actor).toBe('customer:a');
    });
  });

  it('is nobody’s outside any message', () => {
    expect(MessageContext.as('operator:o', () => MessageContext.current())).toBeUndefined();
  });

  it('takes numbers back as often as work runs again, and only those given out since', () => {
    const context = new MessageContext({ correlationId: 'c', command });
    const numbers = () => [context.nextStep('a-1'), context.nextStep('b-1'), context.nextChildId()];
    const first = numbers();
    const takeBack = context.mark();
    const second = numbers();
    for (let again = 0; again < 2; again += 1) {
      takeBack();
      expect(numbers()).toEqual(second);
    }
    expect(second).not.toEqual(first);
  });
});

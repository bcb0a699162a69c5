// Two faults at once on one victim would mend each other's damage.
import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes.js';

function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { open, passed };
}

describe('lanes', () => {
  it('keep what is done to one victim apart, also after a failure', async () => {
    const lanes = new Lanes();
    const { open, passed } = gate();
    const done: string[] = [];
    const first = lanes.run('a', async () => {
      await passed;
      done.push('first');
      throw new Error('it could not be mended');
    });
    const second = lanes.run('a', () => Promise.resolve(done.push('second')));
    open();
    await expect(first).rejects.toThrow('could not be mended');
    await second;
    expect(done).toEqual(['first', 'second']);
  });

  it('let different victims be hit at the same time', async () => {
    const lanes = new Lanes();
    const { open, passed } = gate();
    const held = lanes.run('a', () => passed);
    expect(await lanes.run('b', () => Promise.resolve('hit'))).toBe('hit');
    open();
    await held;
  });

  it('are idle only when what was added meanwhile is done, too', async () => {
    const lanes = new Lanes();
    const { open, passed } = gate();
    let later = false;
    void lanes.run('a', async () => {
      await passed;
      void lanes.run('b', async () => {
        await Promise.resolve();
        later = true;
      });
    });
    const idle = lanes.idle();
    open();
    await idle;
    expect(later).toBe(true);
  });
});

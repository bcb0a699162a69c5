// The toolchain keeps its promises to the code: decorator metadata, `@app/*` paths, `.js` specifiers.
import { Injectable } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.js';

class Engine {}

@Injectable()
class Car {
  constructor(readonly engine: Engine) {}
}

describe('the test toolchain', () => {
  it('emits the parameter types of decorated classes, which the injector reads', () => {
    expect(Reflect.getMetadata('design:paramtypes', Car)).toEqual([Engine]);
  });

  it('resolves the libraries by their @app names, rooms included', async () => {
    const modules = [
      import('@app/event-store'),
      import('@app/event-store/core'),
      import('@app/kernel'),
      import('@app/contracts'),
      import('@app/clients'),
      import('@app/platform'),
    ];
    expect((await Promise.allSettled(modules)).map(({ status }) => status)).toEqual(modules.map(() => 'fulfilled'));
  });

  it('resolves a .js specifier to the .ts file', async () => {
    expect(await eventually(() => 'here')).toBe('here');
  });
});

describe('eventually', () => {
  it('asks again until the assertion holds', async () => {
    let asked = 0;
    await eventually(() => expect(++asked).toBe(3), { everyMs: 1 });
    expect(asked).toBe(3);
  });

  it('fails with the last error once the time is up', async () => {
    const never = eventually(() => expect('this').toBe('that'), { timeoutMs: 10, everyMs: 1 });
    await expect(never).rejects.toThrow(/still so after 10 ms: .*'this'/);
  });
});

// `npm start` with whatever contexts there are, and with none. What the shop makes of it is in shop-start.e2e.spec.ts.
import { afterEach, describe, expect, it } from 'vitest';
import { buildOnce } from '../tools/system/build.js';
import { services } from '../tools/system/services.js';
import { ask } from './support/http.js';
import { cloneForStart, START_WITHIN_MS, type Clone } from './support/npm-start.js';

describe('npm start', { timeout: 3 * START_WITHIN_MS }, () => {
  let clone: Clone | undefined;
  afterEach(() => clone?.remove());

  it.skipIf(services().length === 0)('shows every service with its documentation, and a token', async () => {
    await buildOnce(() => undefined);
    clone = await cloneForStart();
    const code = await clone.whileStarted(async (screen) => {
      const shown = new Map(
        [...screen.matchAll(/^ {2}(\S+-service) +(http:\S+)/gm)].map(([, name, url]) => [name, url]),
      );
      expect([...shown.keys()]).toEqual(services());
      for (const url of shown.values()) expect((await ask({ method: 'GET', url: `${url}/docs` })).status).toBe(200);
      expect(screen).toMatch(/^TOKEN=\S+$/m);
    });
    expect(code).toBe(0);
  });

  it('comes up without any context, says so and how to have one, and ends as usual', async () => {
    clone = await cloneForStart('no-apps');
    const code = await clone.whileStarted(async (screen) => {
      expect(screen).toContain('No contexts yet: npm run new:context shipping');
      expect(screen).not.toMatch(/curl|undefined/);
    });
    expect(code).toBe(0);
  });
});

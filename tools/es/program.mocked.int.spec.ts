// What happens before any database is reached: help, wrong arguments, nothing running.
import { existsSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Io } from './io.js';
import { main } from './program.js';

// Two, whatever contexts this repository has.
const known = vi.hoisted(() => [
  { name: 'order', service: 'order-service', database: 'order_service', port: 3001 },
  { name: 'payment', service: 'payment-service', database: 'payment_service', port: 3002 },
]);
vi.mock('../contexts/registry.js', () => ({ contexts: () => known }));

async function es(args: readonly string[], environment: Io['environment'] = {}) {
  const said = { out: [] as string[], err: [] as string[] };
  const code = await main([...args, '--data', '/nowhere/at/all'], {
    out: (line) => said.out.push(line),
    note: (line) => said.err.push(line),
    look: { width: 100, color: false },
    environment,
    signal: new AbortController().signal,
  });
  return { code, out: said.out.join('\n'), err: said.err.join('\n') };
}

describe('es', () => {
  it.each([
    [['streams', '--limit', '0'], 'Expected a whole number from 1 to 1000.'],
    [['streams', '--category', 'order-1'], 'a category has no dash'],
    [['streams', '--after', '5'], 'Add --context.'],
    [['tail', '--log', 'orders'], 'Allowed choices are events, inbound, outgoing.'],
    [['tail', '--from', '5'], 'Add --context.'],
    [['show'], "missing required argument 'stream'"],
    [['show', 'order-1', '--at', 'yesterday'], 'Expected a version (3) or a time (2026-11-21T10:00:00Z).'],
    [['show', 'order-1', '--at', '0'], 'Expected a version (3)'],
    [['parked', 'list', '--status', 'lost'], 'Allowed choices are waiting, behind, parked, unreadable.'],
    [['parked', 'show', 'order-1'], 'Expected <context>/<subscription>/<log>/<position>'],
    [['parked', 'replay', 'order-service/x/events/1'], 'Say why, for the record'],
    [['parked', 'replay', 'basket-service/x/events/1', '--dry-run'], 'There is no context basket-service.'],
    [['parked', 'replay'], 'Expected either a message, as `parked list` names it, or a filter: --key'],
    [['parked', 'replay', '--dry-run'], 'Expected either a message'],
    [['parked', 'replay', 'order-service/x/events/1', '--key', 'k'], 'Expected either a message'],
    [['parked', 'replay', '--since', 'noon'], 'Expected a length of time (30m, 1h, 7d) or a time'],
    [['parked', 'replay', '--unreadable', '--dry-run'], 'Expected either a message'],
    [['parked', 'replay', '--unreadable', '--subscription', 'x', '--dry-run'], 'has reached no subscription'],
    [['parked', 'discard', '--key', 'k'], "required option '--reason <text>' not specified"],
    [['parked', 'discard', 'order-service/x/events/1'], "required option '--reason <text>' not specified"],
    [['parked', 'discard', 'order-service/x/events/1', '--reason', ' '], 'Expected 1 to 500 characters.'],
    [['parked', 'show', 'order-service/x/events/1', '--context', 'payment-service'], '--context says payment-service'],
    [['processes', 'show', 'checkout'], 'Expected <name>/<id>, as `processes list` prints it.'],
    [['processes', 'retry', 'checkout/1'], "required option '--reason <text>' not specified"],
    [['processes', 'compensate', 'checkout/1'], "required option '--reason <text>' not specified"],
    [['processes', 'compensate', 'checkout', '--reason', 'x'], 'Expected <name>/<id>, as `processes list` prints it.'],
    [['trace'], "missing required argument 'id'"],
    [['trace', 'x', '--within', '5'], 'Expected a length of time: 90s, 30m, 24h or 7d.'],
    [['trace', 'x', '--around', '7d'], 'Expected a time: 2026-11-21T10:00:00Z.'],
    [['forget', 'alice'], "required option '--reason <text>' not specified"],
    [['forget', '--reason', 'x'], "missing required argument 'subject'"],
    [['doctor', '--context', 'basket-service'], 'Allowed choices are order-service, payment-service.'],
    [['streams', 'all'], 'too many arguments'],
    [['stream'], 'Did you mean streams?'],
  ])('%j is asked wrongly: a sentence and exit code 2', async (args, sentence) => {
    const { code, out, err } = await es(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(sentence);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it.each([
    [['streams']],
    [['show', 'order-1']],
    [['tail', '--follow']],
    [['trace', 'x']],
    [['parked', 'list']],
    [['processes', 'list']],
    [['parked', 'replay', 'order-service/x/events/1', '--reason', 'x']],
    [['forget', 'alice', '--reason', 'x']],
    [['doctor']],
    [['seal', 'head']],
    [['migrate']],
  ])('%j says how to start when nothing runs, exit code 1', async (args) => {
    const { code, out, err } = await es(args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^Nothing runs on \/nowhere\/at\/all, .* Start a system with `npm start`, or name one/);
    expect(err.split('\n')).toHaveLength(1);
  });

  it.each([
    ['postgres://u:sekret@127.0.0.1:1/order_service', 1, '127.0.0.1:1/order_service cannot be reached'],
    ['postgres://u:sekret@127.0.0.1:1', 2, 'names no database'],
    ['mysql://u:sekret@127.0.0.1:1/x', 2, 'A database URL begins with mysql:'],
    ['//sekret', 2, 'A database URL cannot be read.'],
  ])('a database that cannot be used is named without its secrets: %s', async (url, exitCode, sentence) => {
    const { code, err } = await es(['streams'], { DATABASE_URL: url });
    expect(err).toContain(sentence);
    expect(err).not.toContain('sekret');
    expect(code).toBe(exitCode);
  });

  it('does not take the database of one context for that of another', async () => {
    const url = 'postgres://127.0.0.1:1/order_service';
    const { code, err } = await es(['streams', '--context', 'payment-service'], { DATABASE_URL: url });
    expect(code).toBe(2);
    expect(err).toContain('The database given is that of order-service, not of payment-service.');
  });

  it.each([[['streams']], [['parked', 'replay', 'order-service/x/events/1', '--dry-run']], [['doctor']]])(
    '%j works with the database of operators, where that is named',
    async (args) => {
      const { out, err } = await es(args, {
        OPERATOR_DATABASE_URL: 'postgres://olga:sekret@127.0.0.1:1/order_service',
        DATABASE_URL: 'postgres://127.0.0.1:2/order_service',
      });
      expect(out + err).toContain('127.0.0.1:1/order_service');
      expect(out + err).not.toContain('127.0.0.1:2');
    },
  );

  it.each([
    [['migrate'], 'URL of the owner in DATABASE_URL'],
    [['forget', 'alice', '--reason', 'x'], "URL of the service's role in DATABASE_URL"],
  ])(
    '%j takes the database of the service or its owner, and never that of operators or of npm start instead',
    async (args, expected) => {
      const operator = { OPERATOR_DATABASE_URL: 'postgres://olga:sekret@127.0.0.1:1/order_service' };
      const alone = await es(args, operator);
      expect(alone.err).toContain("more than an operator's role");
      expect(alone.err).toContain(expected);
      expect(alone.code).toBe(2);
      const { err } = await es(args, { ...operator, DATABASE_URL: 'postgres://127.0.0.1:2/order_service' });
      // migrate begins with the context's own migrations, and a repository may have no such context
      const needsContext = args[0] === 'migrate' && !existsSync('apps/order-service');
      expect(err).toContain(needsContext ? 'apps/order-service' : '127.0.0.1:2');
      expect(err).not.toContain('127.0.0.1:1/');
    },
  );

  it('a rebuild does not work with the database of operators, and says why', async () => {
    const environment = { OPERATOR_DATABASE_URL: 'postgres://127.0.0.1:1/order_service' };
    const { code, err } = await es(['projections', 'rebuild', 'x'], environment);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(
        /^This writes read models .* Expected the URL of the service's role in DATABASE_URL/,
      ) as string,
    });
  });

  it('verify works with the database of operators, given the key of its seals and not that of this clone', async () => {
    const environment = { OPERATOR_DATABASE_URL: 'postgres://127.0.0.1:1/order_service' };
    const keyless = await es(['verify'], environment);
    expect(keyless).toMatchObject({ code: 2, err: expect.stringContaining('Expected it in SEAL_KEY') as string });
    const { err } = await es(['verify'], { ...environment, SEAL_KEY: 'ab'.repeat(32) });
    expect(err).toContain('127.0.0.1:1/order_service');
  });

  it('doctor makes a finding of a database that is not there', async () => {
    const { code, out } = await es(['doctor', '--json'], {
      DATABASE_URL: 'postgres://u:sekret@127.0.0.1:1/order_service',
    });
    expect(code).toBe(1);
    expect(out).not.toContain('sekret');
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      contexts: [{ context: 'order-service', findings: [{ severity: 'problem', code: 'database-unreachable' }] }],
    });
  });

  it.each([
    [['streams']],
    [['show']],
    [['tail']],
    [['trace']],
    [['doctor']],
    [['verify']],
    [['seal', 'head']],
    [['migrate']],
    [['parked', 'list']],
    [['parked', 'show']],
    [['parked', 'replay']],
    [['parked', 'discard']],
    [['processes', 'list']],
    [['processes', 'show']],
    [['processes', 'retry']],
    [['processes', 'compensate']],
  ])('%j --help has examples and the options of all commands', async (args) => {
    const { code, out, err } = await es([...args, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Examples:\n  $ npm run -s es -- ${args.join(' ')}`);
    expect(out).toContain('--context <service>');
  });

  it('says so when there are no contexts', async () => {
    const all = known.splice(0);
    const { code, err } = await es(['doctor']);
    known.push(...all);
    expect({ code, err }).toEqual({ code: 1, err: 'There are no contexts yet: npm run new:context shipping.' });
  });

  it('without a command prints its help, exit code 2', async () => {
    const { code, err } = await es([]);
    expect(code).toBe(2);
    expect(err).toContain('Usage: es');
  });
});

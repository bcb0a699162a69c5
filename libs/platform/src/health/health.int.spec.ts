// What an orchestrator hears about a service that is well, unwell, or silent.
import { Module, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureDevIssuer } from '../auth/dev-issuer.js';
import { httpAdapter } from '../http/adapter.js';
import { configureHttp } from '../http/configure-http.js';
import { HttpModule } from '../http/http.module.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HealthContributors, type HealthContributor } from './health-contributors.js';
import { HealthModule } from './health.module.js';
import { eventually } from '../../../../test/support/eventually.js';
import { noRateLimits } from '../../../../tools/system/no-rate-limits.js';

let app: NestFastifyApplication;
let check: HealthContributor['check'];
let drained = Promise.resolve();
const folder = mkdtempSync(join(tmpdir(), 'health-'));

beforeAll(async () => {
  const { issuer, audience, jwksFile } = await ensureDevIssuer(folder);
  const http = HttpModule.forRoot({ issuer, audience, jwks: { file: jwksFile } }, noRateLimits);
  @Module({ imports: [http, HealthModule.forRoot({ freshMs: 0 })] })
  class RootModule implements OnModuleInit, BeforeApplicationShutdown {
    constructor(private readonly contributors: HealthContributors) {}
    beforeApplicationShutdown() {
      return drained;
    }
    onModuleInit() {
      this.contributors.add({ name: 'part', check: () => check() });
    }
  }
  app = await NestFactory.create<NestFastifyApplication>(RootModule, httpAdapter(), {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  configureHttp(app);
  await app.init();
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

const ready = async () => {
  const answer = await app.inject({ method: 'GET', url: '/health/ready' });
  return {
    status: answer.statusCode,
    type: answer.headers['content-type'],
    body: answer.json<Record<string, unknown>>(),
  };
};

it('alive asks nobody', async () => {
  check = () => Promise.reject(new Error('dead'));
  const answer = await app.inject({ method: 'GET', url: '/health/live' });
  expect([answer.statusCode, answer.json()]).toEqual([200, { status: 'ok' }]);
});

it('ready when every part is up', async () => {
  check = () => Promise.resolve({ status: 'up' });
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'ok', checks: { part: { status: 'up' } } } });
});

it('ready, and says so, when a part is degraded', async () => {
  check = () => Promise.resolve({ status: 'degraded', detail: 'broker away' });
  expect(await ready()).toMatchObject({
    status: 200,
    body: { status: 'degraded', checks: { part: { status: 'degraded', detail: 'broker away' } } },
  });
});

it('not ready when a part is down, throws, or says nothing in time; why stays inside', async () => {
  const bad: HealthContributor['check'][] = [
    () => Promise.resolve({ status: 'down' }),
    () => Promise.reject(new Error('hunter2')),
    () => new Promise(() => {}),
  ];
  for (const next of bad) {
    check = next;
    const answer = await ready();
    expect(answer).toMatchObject({
      status: 503,
      type: 'application/problem+json; charset=utf-8',
      body: { code: 'not-ready', checks: { part: { status: 'down' } } },
    });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  }
});

it('asks each part once for all who ask at the same time', async () => {
  let asked = 0;
  let answer = () => {};
  check = () => {
    asked += 1;
    return new Promise((resolve) => (answer = () => resolve({ status: 'up' })));
  };
  const all = [ready(), ready(), ready()];
  await eventually(() => expect(asked).toBe(1));
  all.push(ready());
  // Behind the others, as requests are taken in turn.
  expect((await app.inject({ method: 'GET', url: '/health/live' })).statusCode).toBe(200);
  answer();
  expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(asked).toBe(1);
});

it('two parts of one name are refused', () => {
  const contributors = app.get(HealthContributors);
  expect(() => contributors.add({ name: 'part', check })).toThrow(/Two health contributors are named part/);
});

it('not ready from the moment it is asked to stop, and alive until it has', async () => {
  check = () => Promise.resolve({ status: 'up' });
  let drain = () => {};
  drained = new Promise((resolve) => (drain = resolve));
  expect((await ready()).status).toBe(200);
  const closed = app.close();
  await eventually(async () =>
    expect(await ready()).toMatchObject({
      status: 503,
      body: { code: 'not-ready', detail: 'The service is stopping.' },
    }),
  );
  expect((await app.inject({ method: 'GET', url: '/health/live' })).statusCode).toBe(200);
  drain();
  await closed;
});

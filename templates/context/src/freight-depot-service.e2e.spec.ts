// The freight depot service over HTTP, on a real database: what callers are promised.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '@app/platform';
import { expectClosedDoors, expectNothingForOthers, hiddenRoutes, undocumented } from '../../../test/support/doors.js';
import { eventually } from '../../../test/support/eventually.js';
import { startService, type ServiceUnderTest, type TestAnswer } from '../../../test/support/service.js';
import { FreightDepotModule } from './freight-depot.module.js';
import { FreightDepotConfig } from './infrastructure/freight-depot.config.js';
import { migrations } from './infrastructure/migrations/index.js';

const unknownId = '0198c0de-0000-7000-8000-00000000dead';
const example = { subject: 'The first one' };

let service: ServiceUnderTest;

beforeAll(async () => {
  const configs = [new FreightDepotConfig()];
  service = await startService(FreightDepotModule, { name: 'freight-depot-service', migrations, configs });
});
afterAll(() => service.close());

const open = (body: object | string = example, user = 'alice', headers = {}): Promise<TestAnswer> =>
  service.send({ method: 'POST', path: '/crate-loads', user, headers, body });
const close = (id: string, user = 'alice', body: object = { reason: 'Done.' }, headers = {}) =>
  service.send({ method: 'POST', path: `/crate-loads/${id}/close`, user, headers, body });
const get = (path: string, user = 'alice', role = 'customer') => service.send({ path, user, role });
const opened = async (user = 'alice') => String((await open(example, user)).body['crateLoadId']);

describe('POST /crate-loads', () => {
  it('opens one and says where it is', async () => {
    const answer = await open();
    const crateLoadId = String(answer.body['crateLoadId']);
    expect([answer.status, answer.body]).toEqual([201, { crateLoadId, version: 1 }]);
    expect(answer.headers.get('location')).toBe(`/crate-loads/${crateLoadId}`);
    const found = await get(`/crate-loads/${crateLoadId}`);
    expect([found.status, found.headers.get('etag')]).toEqual([200, '"1"']);
    expect(found.body).toMatchObject({ crateLoadId, ...example, openedBy: 'alice', status: 'open', version: 1 });
  });

  it('makes one of one key, also when it is sent several times at once', async () => {
    const headers = { 'idempotency-key': 'once' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => open(example, 'alice', headers)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it.each([
    ['an empty object', {}],
    ['text', '"text"'],
    ['half of JSON', '{"subject": '],
    ['a blank subject', { subject: ' ' }],
    ['a subject of two lines', { subject: 'a\nb' }],
    ['a subject that is too long', { subject: 'x'.repeat(201) }],
    ['a field that is ours', { ...example, openedBy: 'mallory' }],
  ])('answers 400 to %s', async (_what, body) => {
    const answer = await open(body);
    expect([answer.status, typeof answer.body['code']]).toEqual([400, 'string']);
  });
});

describe('POST /crate-loads/:id/close', () => {
  it('closes it, twice like once, and not for another reason', async () => {
    const id = await opened();
    expect(await close(id)).toMatchObject({ status: 200, body: { crateLoadId: id, version: 2 } });
    expect(await close(id)).toMatchObject({ status: 200, body: { version: 2 } });
    const other = await close(id, 'alice', { reason: 'Lost.' });
    expect([other.status, other.body['code']]).toEqual([409, 'crate-load-not-open']);
    expect((await get(`/crate-loads/${id}`)).body).toMatchObject({ status: 'closed', closeReason: 'Done.' });
  });

  it('happens only on the version of If-Match', async () => {
    const id = await opened();
    expect((await close(id, 'alice', { reason: 'Done.' }, { 'if-match': '"2"' })).status).toBe(412);
    expect((await close(id, 'alice', { reason: 'Done.' }, { 'if-match': '"1"' })).status).toBe(200);
  });

  it('answers 400 without a reason and 404 where there is nothing', async () => {
    expect((await close(await opened(), 'alice', {})).status).toBe(400);
    expect((await close('1')).status).toBe(400);
    expect((await close(unknownId)).status).toBe(404);
  });
});

describe('GET /crate-loads', () => {
  const ids = async (path: string, user: string, role?: string) =>
    ((await get(path, user, role)).body['items'] as { crateLoadId: string }[]).map(({ crateLoadId }) => crateLoadId);

  it('lists one’s own, newest first and page by page; operators see all', async () => {
    const [first, second] = [await opened('carol'), await opened('carol')];
    await close(first, 'carol');
    await eventually(async () => {
      expect(await ids('/crate-loads', 'carol')).toEqual([second, first]);
      expect(await ids('/crate-loads?status=closed', 'carol')).toEqual([first]);
    });
    const page = (await get('/crate-loads?limit=1', 'carol')).body;
    expect(page['items']).toMatchObject([{ crateLoadId: second }]);
    expect(await ids(`/crate-loads?limit=1&cursor=${String(page['nextCursor'])}`, 'carol')).toEqual([first]);
    expect(await ids('/crate-loads', 'dave')).toEqual([]);
    expect(await ids('/crate-loads', 'otto', 'operator')).toEqual(expect.arrayContaining([first, second]));
  });

  it.each(['limit=0', 'limit=101', 'cursor=x', 'cursor=', 'cursor=MQ', 'before=1', 'status=none', 'x=1'])(
    'answers 400 to ?%s',
    async (query) => {
      expect((await get(`/crate-loads?${query}`)).status).toBe(400);
    },
  );
});

describe('what somebody else opened', () => {
  it('does not exist for others', async () => {
    const id = await opened();
    expect((await get(`/crate-loads/${id}`, 'mallory')).status).toBe(404);
    expect((await close(id, 'mallory')).status).toBe(404);
    expect((await get(`/crate-loads/${id}`, 'otto', 'operator')).status).toBe(200);
  });
});

describe('the API', () => {
  it('is closed without a token and to strangers', async () => {
    expect((await service.send({ path: '/crate-loads', role: '' })).status).toBe(401);
    expect(await expectClosedDoors(service)).toEqual([
      'POST /crate-loads',
      'POST /crate-loads/:id/close',
      'GET /crate-loads',
      'GET /crate-loads/:id',
    ]);
  });

  it('has nothing for another customer', async () => {
    const bodies = { 'POST /crate-loads/:id/close': { reason: 'Mine now.' } };
    expect(await expectNothingForOthers(service, { id: await opened(), bodies })).toEqual([
      'POST /crate-loads/:id/close',
      'GET /crate-loads',
      'GET /crate-loads/:id',
    ]);
  });

  it('is documented', () => {
    expect(undocumented(describeApi(service.app, { name: 'freight-depot' }))).toEqual([]);
    expect(hiddenRoutes(service.app, describeApi(service.app, { name: 'freight-depot' }))).toEqual([]);
  });
});

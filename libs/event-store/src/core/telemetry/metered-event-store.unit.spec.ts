import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../memory/index.js';
import { appendTogether } from '../aggregates/append-together.js';
import { systemIds } from '../ids.js';
import type { AppendRequest } from '../ports/event-store.js';
import { metered } from './metered-event-store.js';
import { useMeter } from './metering.js';

/** `name{label values}`, in the order in which they were told. */
function measuring(): string[] {
  const told: string[] = [];
  const line = (name: string, labels: Readonly<Record<string, string>>) =>
    told.push(`${name}{${Object.values(labels).join()}}`);
  useMeter({
    add: ({ name }, labels) => void line(name, labels),
    record: ({ name }, labels) => void line(name, labels),
    now: () => 0,
  });
  return told;
}
afterEach(() => useMeter(undefined));

function request(stream: string, ...types: string[]): AppendRequest {
  const event = (type: string) => ({
    id: systemIds.next(),
    type,
    schemaVersion: 1,
    data: {},
    metadata: { correlationId: 'c' },
  });
  return { stream, expected: 'no-stream', events: types.map(event) };
}

const duration = (category: string, outcome: string) => `event_store_append_duration_seconds{${category},${outcome}}`;
const stored = (type: string) => `event_store_events_appended_total{${type}}`;

describe('a metered store', () => {
  it('counts an append that nobody but its caller made, its repeat, and the race that another one loses', async () => {
    const told = measuring();
    const events = metered(createMemoryStore().events);
    const first = request('tank-1', 'tank.built', 'tank.filled');
    await events.append(first);
    expect(told.splice(0)).toEqual([stored('tank.built'), stored('tank.filled'), duration('tank', 'appended')]);
    await events.append(first);
    expect(told.splice(0)).toEqual([duration('tank', 'repeated')]);
    await expect(events.append(request('tank-1', 'tank.built'))).rejects.toThrow('Wrong expected version');
    expect(told).toEqual([duration('tank', 'conflict')]);
  });

  it('counts appends to several streams together, and their events once all are committed', async () => {
    const told = measuring();
    const { events: store, unitOfWork } = createMemoryStore();
    const events = metered(store);
    await appendTogether({ events, unitOfWork }, [request('tank-1', 'tank.built'), request('pipe-1', 'pipe.laid')]);
    const both = [duration('pipe', 'appended'), duration('tank', 'appended')];
    expect(told.splice(0)).toEqual([...both, stored('pipe.laid'), stored('tank.built')]);
    const late = [request('pump-1', 'pump.set'), request('tank-1', 'tank.built')];
    await expect(appendTogether({ events, unitOfWork }, late)).rejects.toThrow('Wrong expected version');
    expect(told).toEqual([duration('pump', 'appended'), duration('tank', 'conflict')]);
  });

  it('of which nobody hears passes the call on as it is', () => {
    const { events: store } = createMemoryStore();
    const pending = Promise.resolve({ stream: 's', firstVersion: 1, version: 1, position: 1n, repeated: false });
    store.append = () => pending;
    expect(metered(store).append(request('tank-1', 'tank.built'))).toBe(pending);
  });
});

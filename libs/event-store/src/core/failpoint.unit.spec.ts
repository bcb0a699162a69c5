import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from './errors.js';
import { armed, armedByMessages, failpoint, failpoints, type FailpointHit } from './failpoint.js';

describe('failpoints', () => {
  const recorded = (text: string) => {
    const hits: FailpointHit[] = [];
    return { hits, at: armed(text, (hit) => hits.push(hit)) };
  };

  it('act once, at the passage they are armed for', () => {
    const { hits, at } = recorded('relay.afterFetch=kill@3,inbox.beforeTx=delay:250, append.beforeInsert=bug@1');
    for (let passage = 1; passage <= 5; passage += 1) {
      at('relay.afterFetch');
      expect(hits).toHaveLength(passage < 3 ? 0 : 1);
    }
    for (const point of ['inbox.beforeTx', 'append.beforeInsert', 'relay.afterMark', 'inbox.beforeTx'] as const)
      at(point);
    expect(hits).toEqual([
      { at: 'relay.afterFetch', action: 'kill', ms: 0 },
      { at: 'inbox.beforeTx', action: 'delay', ms: 250 },
      { at: 'append.beforeInsert', action: 'bug', ms: 0 },
    ]);
  });

  it('are armed anew by each message that says so, and by no other', () => {
    const hits: FailpointHit[] = [];
    const parent = new EventEmitter();
    const channel = { ref: vi.fn<() => void>(), unref: vi.fn<() => void>() };
    const process = Object.assign(parent, { channel }) as unknown as NodeJS.Process;
    const at = armedByMessages(process, (hit) => hits.push(hit));
    expect(channel.unref).toHaveBeenCalledOnce();
    at('relay.afterFetch');
    parent.emit('message', { failpoints: 'relay.afterFetch=throw@2' });
    parent.emit('message', { type: 'listening' });
    parent.emit('message', null);
    for (let passage = 1; passage <= 3; passage += 1) at('relay.afterFetch');
    expect(hits.map((hit) => hit.at)).toEqual(['relay.afterFetch']);
    parent.emit('message', { failpoints: 'relay.afterMark=throw,inbox.beforeTx=throw@9' });
    for (const point of ['relay.afterFetch', 'relay.afterMark', 'inbox.beforeTx'] as const) at(point);
    expect(hits.map((hit) => hit.at)).toEqual(['relay.afterFetch', 'relay.afterMark']);
    expect(() => parent.emit('message', { failpoints: 'relay.afterfetch=throw' })).toThrow(ConfigurationError);
  });

  it.each([
    '',
    'relay.afterFetch',
    'relay.afterFetch=',
    'relay.afterfetch=kill',
    'relay.afterFetch=explode',
    'relay.afterFetch=kill@0',
    'relay.afterFetch=kill@1.5',
    'relay.afterFetch=kill:5',
    'relay.afterFetch=delay',
    'relay.afterFetch=delay:0',
    'relay.afterFetch=kill,',
    'relay.afterFetch=kill;relay.afterMark=kill',
    'relay.afterFetch=kill,relay.afterFetch=throw',
  ])('refuse %j, and name what would be right', (text) => {
    expect(() => armed(text)).toThrow(ConfigurationError);
    expect(() => armed(text)).toThrow(/FAILPOINTS has ".*"\. Expected <point>=<action>\[@<n>\].*rebuild\.beforeSwap/s);
  });

  it('do nothing in a process that was not started with FAILPOINTS', () => {
    for (const point of failpoints) expect(failpoint(point)).toBeUndefined();
  });

  it('have names that the compiler knows', () => {
    // @ts-expect-error there is no relay.afterFetched
    expect(failpoint('relay.afterFetched')).toBeUndefined();
  });
});

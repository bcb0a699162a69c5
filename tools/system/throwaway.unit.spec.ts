import { writeFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { throwaway, untilAborted } from './throwaway.js';

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('throwaway work', () => {
  it('has a folder of its own that is gone with everything in it when the work is done', async () => {
    const folder = await throwaway('throwaway-spec-', async (path) => {
      await writeFile(join(path, 'file'), 'text');
      return path;
    });
    expect(basename(folder)).toMatch(/^throwaway-spec-/);
    expect(await isThere(folder)).toBe(false);
  });

  it('leaves no folder when it fails, and fails with its own error', async () => {
    let folder = '';
    const work = throwaway('throwaway-spec-', (path) => {
      folder = path;
      return Promise.reject(new Error('no luck'));
    });
    await expect(work).rejects.toThrow('no luck');
    expect(await isThere(folder)).toBe(false);
  });

  it('hears a signal, cleans up, and leaves signals alone afterwards', async () => {
    const before = process.listenerCount('SIGHUP');
    let folder = '';
    const work = throwaway('throwaway-spec-', (path, signal) => {
      folder = path;
      process.emit('SIGHUP', 'SIGHUP'); // heard by whoever listens, without being sent to the test runner
      return untilAborted(new Promise(() => undefined), signal);
    });
    await expect(work).rejects.toThrow('Interrupted by SIGHUP.');
    expect(await isThere(folder)).toBe(false);
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });
});

describe('waiting until aborted', () => {
  it('ends with what the work gives', async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(7), signal)).toBe(7);
    await expect(untilAborted(Promise.reject(new Error('no luck')), signal)).rejects.toThrow('no luck');
  });

  it('ends at once when the signal was there before the work', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(untilAborted(new Promise(() => undefined), signal)).rejects.toThrow('too late');
  });
});

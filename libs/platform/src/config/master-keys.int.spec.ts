// The master key as a variable, and the one that a clone makes for itself. (Files, therefore not among the unit tests.)
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureDevIssuer } from '../auth/dev-issuer.js';
import { DEV_MASTER_KEY, isMasterKeys, masterKeys } from './master-keys.js';

const folder = mkdtempSync(join(tmpdir(), 'master-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('PERSONAL_DATA_KEY', () => {
  const key = randomBytes(32).toString('base64');

  it('is one key, or the newest and those before it', () => {
    expect(isMasterKeys(key, true)).toBe(true);
    expect(isMasterKeys(`${key},${randomBytes(32).toString('base64')}`, true)).toBe(true);
    expect(masterKeys(`${key},${key}`).map((one) => Buffer.from(one).toString('base64'))).toEqual([key, key]);
  });

  it.each(['', 'secret', key.slice(1), `${key},`, Buffer.alloc(32, 7).toString('base64'), DEV_MASTER_KEY])(
    'is not %j',
    (value) => expect(isMasterKeys(value, false)).toBe(false),
  );

  it('of a clone is made once, for its owner only, and refused in production', async () => {
    const made = await Promise.all([ensureDevIssuer(join(folder, 'one')), ensureDevIssuer(join(folder, 'one'))]);
    const clone = `${DEV_MASTER_KEY}${made[0].masterKeyFile}`;
    expect([isMasterKeys(clone, false), isMasterKeys(clone, true)]).toEqual([true, false]);
    const [first] = masterKeys(clone);
    expect(first).toHaveLength(32);
    await ensureDevIssuer(join(folder, 'one'));
    expect(masterKeys(clone)).toEqual([first]);
    expect(statSync(made[0].masterKeyFile).mode & 0o777).toBe(0o600);
    const { masterKeyFile } = await ensureDevIssuer(join(folder, 'two'));
    expect(masterKeys(`${DEV_MASTER_KEY}${masterKeyFile}`)).not.toEqual([first]);
    expect(() => masterKeys(`${DEV_MASTER_KEY}${join(folder, 'none')}`)).toThrow(/cannot be read \(ENOENT\)/);
  });
});

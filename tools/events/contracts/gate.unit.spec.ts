import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CONTRACT, FIELDS, RELEASES, zooOnMain, type Gate } from './gate.fixture.js';

// Each check is a process that starts the compiler.
const SLOW = { timeout: 120_000 };

let gate: Gate;
beforeAll(() => {
  gate = zooOnMain();
}, SLOW.timeout);
afterEach(() => gate.startAgain());
afterAll(() => gate.delete());

/** @throws Error when it is not there: the plant would prove nothing */
function replace(file: string, what: string, by: string): void {
  const text = gate.read(file);
  if (!text.includes(what)) throw new Error(`${file} has no ${what}`);
  gate.write(file, text.replace(what, by));
}

describe('the check of released messages', () => {
  it('is green where nothing of them has changed, and says what it compared with', SLOW, () => {
    replace(FIELDS, 'A line of text for people', 'A line for people');
    gate.commit();
    const { isGreen, output } = gate.check();
    expect(output).toMatch(/released messages \(compared with [0-9a-f]{12}, the merge base with main\)/);
    expect(isGreen).toBe(true);
  });

  it('finds a limit that was narrowed inside a validator, though no text of a message has changed', SLOW, () => {
    replace(FIELDS, '{1,200}$/u', '{1,199}$/u');
    gate.commit();
    const { isGreen, output } = gate.check();
    expect(output).toContain(`${CONTRACT}:4 AnimalBornV1.name: @IsLine() refuses`);
    expect(isGreen).toBe(false);
  });

  it('finds a released form that was edited in the commit that breaks it', SLOW, () => {
    replace(CONTRACT, '  @IsLine() readonly name!: string;\n', '');
    const edited = { fields: { id: 'string' }, checks: { id: ['IsId()'] }, sample: {} };
    gate.write(RELEASES, JSON.stringify({ 'zoo.animal.born.v1': [edited] }));
    gate.commit();
    const { isGreen, output } = gate.check();
    expect(output).toContain('A released form of zoo.animal.born.v1 was taken out or edited');
    expect(output).toContain('name is gone, and who was built for the release needs it');
    expect(isGreen).toBe(false);
  });

  it('finds a contract that was deleted with all its releases', SLOW, () => {
    replace('libs/contracts/src/index.ts', "export * from './zoo.events.v1.js';\n", '');
    gate.remove(CONTRACT, RELEASES);
    gate.commit();
    const { isGreen, output } = gate.check();
    expect(output).toMatch(/zoo\.events\.v1\.ts declares no messages any more.*zoo\.animal\.born\.v1/);
    expect(output).toMatch(/Put it back: git checkout [0-9a-f]{12} -- libs\/contracts\/src\/zoo\.events\.v1\.ts/);
    expect(isGreen).toBe(false);
  });
});

// Everything that can break is broken, one thing after the other, on the `postgres` broker.
import { startWholeSystem } from '../support/whole-system.js';
import { Arena } from './arena.js';
import { busUnderFire } from './bus-under-fire.js';
import { describeUnderFire, FAILPOINTS_BY_MESSAGES, usualEnvironment } from './under-fire.js';

describeUnderFire('postgres', async () => {
  const env = { ...usualEnvironment(), ...FAILPOINTS_BY_MESSAGES, METRICS_PORT: '0' };
  const whole = await startWholeSystem(env);
  return new Arena(whole, busUnderFire(whole.system), env);
});

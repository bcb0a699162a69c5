// Everything that can break is broken, one thing after the other, on Kafka.
import { canStartKafka } from '../support/kafka.js';
import { startWholeSystem } from '../support/whole-system.js';
import { Arena } from './arena.js';
import { kafkaUnderFire } from './kafka-under-fire.js';
import { describeUnderFire, FAILPOINTS_BY_MESSAGES, usualEnvironment } from './under-fire.js';

const available = await canStartKafka();

describeUnderFire(
  'kafka',
  async () => {
    const env = { ...usualEnvironment(), ...FAILPOINTS_BY_MESSAGES, METRICS_PORT: '0' };
    const whole = await startWholeSystem(env, { broker: 'kafka' });
    return new Arena(whole, kafkaUnderFire(whole.kafka!), env);
  },
  { skip: !available },
);

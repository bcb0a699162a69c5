// What each fault does, and how it is mended. Each says what it does as it does it. Whatever was frozen goes on, also when the run is interrupted.
import type { LocalKafka } from '../kafka/local-kafka.js';
import { withClient } from '../postgres/index.js';
import type { System } from '../system/system.js';
import { lasts, type Ground } from './ground.js';
import { cutOff } from './network.js';
import type { FaultKind, PlannedFault } from './plan.js';
import type { Replica } from './replica.js';

/** Resolves when it is mended, with whether it hit anything: its victim may have been dead already. */
export function commit(fault: PlannedFault, ground: Ground): Promise<boolean> {
  return deeds[fault.kind](fault, ground);
}

const deeds: Readonly<Record<FaultKind, (fault: PlannedFault, ground: Ground) => Promise<boolean>>> = {
  async 'service-kill'(fault, ground) {
    const replica = victim(fault, ground);
    ground.say(`kill -9 of ${replica.name}, away for ${fault.lastsMs} ms`);
    const wasAlive = replica.isAlive;
    await replica.kill9();
    await startAgain(replica, fault, ground);
    return wasAlive;
  },
  async 'service-restart'(fault, ground) {
    const replica = victim(fault, ground);
    ground.say(`SIGTERM to ${replica.name}, away for ${fault.lastsMs} ms after its end`);
    const wasAlive = replica.isAlive;
    const code = await replica.stop();
    if (wasAlive && code !== 0) ground.complain(`${replica.name} was asked to stop, and ended with ${code}.`);
    await startAgain(replica, fault, ground);
    return wasAlive;
  },
  async 'service-freeze'(fault, ground) {
    const replica = victim(fault, ground);
    ground.say(`SIGSTOP to ${replica.name} for ${fault.lastsMs} ms`);
    const wasAlive = replica.isAlive;
    try {
      await replica.freeze();
      await lasts(fault, ground);
    } finally {
      replica.thaw();
      ground.say(`${replica.name} goes on`);
    }
    return wasAlive;
  },
  async 'connections-cut'({ service }, { system, say }) {
    const cut = await withClient(system.postgres.url(), (admin) => admin.query(CUT, [service]));
    say(`cut ${cut.rowCount} connections of ${service}`);
    return (cut.rowCount ?? 0) > 0;
  },
  'postgres-fast': (fault, ground) => database(fault, ground, 'stop -m fast', (server) => server.stop('fast')),
  'postgres-immediate': (fault, ground) =>
    database(fault, ground, 'stop -m immediate', (server) => server.stop('immediate')),
  'postgres-kill': (fault, ground) => database(fault, ground, 'kill -9', (server) => server.kill9()),
  async 'kafka-kill'(fault, ground) {
    const kafka = kafkaOf(ground);
    ground.say(`kill -9 of Kafka, away for ${fault.lastsMs} ms`);
    await kafka.kill9();
    await lasts(fault, ground);
    await kafka.start();
    ground.say('Kafka is back');
    return true;
  },
  async 'kafka-freeze'(fault, ground) {
    const kafka = kafkaOf(ground);
    ground.say(`SIGSTOP to Kafka for ${fault.lastsMs} ms`);
    try {
      await kafka.freeze();
      await lasts(fault, ground);
    } finally {
      await kafka.resume();
      ground.say('Kafka goes on');
    }
    return true;
  },
  'kafka-cut': cutOff,
  'kafka-answers-lost': cutOff,
  'kafka-half-open': cutOff,
};

async function database(
  fault: PlannedFault,
  ground: Ground,
  how: string,
  end: (server: System['postgres']) => Promise<void>,
): Promise<true> {
  const { postgres } = ground.system;
  ground.say(`PostgreSQL: ${how}, away for ${fault.lastsMs} ms`);
  await end(postgres);
  await lasts(fault, ground);
  await postgres.start(); // tries again until what is left of the killed one has gone
  ground.say('PostgreSQL is back');
  return true;
}

async function startAgain(replica: Replica, fault: PlannedFault, ground: Ground): Promise<void> {
  await lasts(fault, ground);
  await replica.start();
  ground.say(`${replica.name} is back`);
}

function victim({ service, replica }: PlannedFault, { fleet }: Ground): Replica {
  return fleet.replica(service!, replica!);
}

function kafkaOf({ system }: Ground): LocalKafka {
  if (!system.broker.kafka) throw new Error('Kafka is not ours to break.');
  return system.broker.kafka;
}

/** In its own database and in the bus: its name is the beginning of what its connections are called. */
const CUT = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
   WHERE backend_type = 'client backend' AND starts_with(application_name, $1) AND pid <> pg_backend_pid()`;

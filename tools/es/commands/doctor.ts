// `es doctor`: how every context is, and what needs somebody. Exit code 1 when something does.
import { Command } from 'commander';
import { examine, unreachable, type Diagnosis } from '../../../libs/event-store/src/operations/index.js';
import { placeOf } from '../../../libs/event-store/src/postgres/operations/index.js';
import { findBroker, type KnownBroker } from '../broker.js';
import { factsOf } from '../contexts.js';
import { findTargets, type Target } from '../databases.js';
import { printDiagnosis, printVerdict } from '../diagnosis.js';
import { reasonOf } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { open } from '../session.js';

/** `found` is told whether there is a problem. */
export function doctorCommand(io: Io, found: (problems: number) => void): Command {
  const command = new Command('doctor')
    .description(
      'Examines every context: database, subscriptions, what holds the log back, parked records, processes and timers, broker. ' +
        'Exit code 0 when nothing is wrong, 1 when something is.',
    )
    .action(async (_options, self: Command) => found(await run(io, self.optsWithGlobals<CommonOptions>())));
  command.addHelpText(
    'after',
    '\nThe broker is that of `npm start`, or what MESSAGE_BROKER, KAFKA_BROKERS (and KAFKA_PREFIX) or BUS_DATABASE_URL name.',
  );
  return examples(command, 'doctor', 'doctor --context order-service --json');
}

async function run(io: Io, options: CommonOptions): Promise<number> {
  const { contexts, broker: place } = await findTargets(options, io.environment);
  const broker = findBroker(place);
  let diagnoses: Diagnosis[];
  try {
    diagnoses = await Promise.all(contexts.map((target) => examineTarget(target, broker)));
  } finally {
    await broker?.close();
  }
  const findings = diagnoses.flatMap((diagnosis) => diagnosis.findings);
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  if (options.json) outJson(io, { ok: problems === 0, contexts: diagnoses });
  else {
    for (const diagnosis of diagnoses) printDiagnosis(io, diagnosis);
    printVerdict(io, diagnoses);
  }
  return problems;
}

async function examineTarget(target: Target, broker: KnownBroker | undefined): Promise<Diagnosis> {
  const { context: name, url } = target;
  try {
    const context = await open(target);
    try {
      const { consumes, publishes = [], retired } = await factsOf(name);
      return await examine(context, { broker: broker?.of(name, { consumes, publishes }), retired });
    } finally {
      await context.close();
    }
  } catch (error) {
    return unreachable(name, placeOf(url), reasonOf(error).replace(/\.$/, ''));
  }
}

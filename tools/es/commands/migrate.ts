// `es migrate`: brings the schema of every context up to date, as its service does with --migrate.
import { Command } from 'commander';
import type { PrepareOptions } from '../../../libs/platform/src/database/migrations.js';
import { factsOf } from '../contexts.js';
import { findTargets, type Target } from '../databases.js';
import { EsError, reasonOf } from '../errors.js';
import { outJson, type Io } from '../io.js';
import { examples, type CommonOptions } from '../options.js';
import { open } from '../session.js';
import { paint, safe } from '../terminal.js';

interface MigrateOptions extends CommonOptions {
  readonly dryRun?: true;
  readonly appRole?: string;
  readonly readerRole?: string;
  readonly operatorRole?: string;
}

interface Migrated {
  readonly context: string;
  readonly pending: readonly string[];
  readonly ran: readonly string[];
}

export function migrateCommand(io: Io): Command {
  const command = new Command('migrate')
    .description(
      'Runs the pending migrations of every context, one transaction each, alone even when several do it at once. ' +
        'The database URL is that of the owner of the schema, not of the role the service runs as.',
    )
    .option('--dry-run', 'only say what is pending')
    .option('--app-role <name>', 'as whom the service runs: grants it what it needs (default: $DATABASE_APP_ROLE)')
    .option('--reader-role <name>', 'a role that may only read: grants it that (default: $DATABASE_READER_ROLE)')
    .option('--operator-role <name>', 'as whom people operate: grants it that (default: $DATABASE_OPERATOR_ROLE)')
    .action(async (_options, self: Command) => run(io, self.optsWithGlobals<MigrateOptions>()));
  return examples(command, 'migrate --dry-run', 'migrate --context order-service --json');
}

async function run(io: Io, options: MigrateOptions): Promise<void> {
  const { DATABASE_APP_ROLE, DATABASE_READER_ROLE, DATABASE_OPERATOR_ROLE } = io.environment;
  const roles = {
    app: options.appRole ?? (DATABASE_APP_ROLE || undefined),
    reader: options.readerRole ?? (DATABASE_READER_ROLE || undefined),
    operator: options.operatorRole ?? (DATABASE_OPERATOR_ROLE || undefined),
  };
  const grants = Object.values(roles).some((role) => role !== undefined);
  const { contexts } = await findTargets(options, io.environment, 'owner');
  const done: Migrated[] = [];
  for (const target of contexts) {
    const pending = await pendingOf(target);
    const ran = options.dryRun || (pending.length === 0 && !grants) ? [] : await migrate(io, target, roles);
    done.push({ context: target.context, pending, ran });
    if (!options.json) io.out(`${paint(io.look, 'bold', safe(target.context))}  ${sentence(done.at(-1)!, options)}`);
  }
  if (options.json) outJson(io, { contexts: done });
}

function sentence({ pending, ran }: Migrated, { dryRun }: MigrateOptions): string {
  if (pending.length === 0) return 'The schema is up to date.';
  if (dryRun) return `Pending: ${pending.join(', ')}.`;
  return ran.length > 0 ? `Migrations run: ${ran.join(', ')}.` : 'Another process has migrated it meanwhile.';
}

async function pendingOf(target: Target): Promise<readonly string[]> {
  const context = await open(target).catch((error: unknown) => {
    throw new EsError(
      `${target.context}: the database cannot be reached: ${reasonOf(error)}. Start it, or mend its address.`,
    );
  });
  try {
    return (await context.facts.server()).pending;
  } finally {
    await context.close();
  }
}

/** The platform is loaded only here: no other command needs Nest. */
async function migrate(io: Io, { context, url }: Target, roles: PrepareOptions['roles']): Promise<string[]> {
  const { prepareDatabase } = await import('../../../libs/platform/src/database/migrations.js');
  const { migrations } = await factsOf(context);
  return prepareDatabase({
    url,
    service: context,
    migrations: migrations as PrepareOptions['migrations'],
    migrate: true,
    roles,
    onConnectionLost: () => undefined,
    onWaiting: (text) => io.note(safe(text)),
  });
}

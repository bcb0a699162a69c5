// The commands of `npm run es`, wired to an Io. Returns the exit code: 0 done, 1 it cannot be done or something is wrong, 2 asked wrongly.
import { Command, CommanderError } from 'commander';
import { doctorCommand } from './commands/doctor.js';
import { epochCommand } from './commands/epoch.js';
import { forgetCommand } from './commands/forget.js';
import { migrateCommand } from './commands/migrate.js';
import { parkedCommand } from './commands/parked.js';
import { processesCommand } from './commands/processes.js';
import { sealCommand } from './commands/seal.js';
import { projectionsCommand } from './commands/projections.js';
import { showCommand } from './commands/show.js';
import { streamsCommand } from './commands/streams.js';
import { tailCommand } from './commands/tail.js';
import { traceCommand } from './commands/trace.js';
import { verifyCommand } from './commands/verify.js';
import { sentenceOf } from './errors.js';
import type { Io } from './io.js';
import { addCommonOptions } from './options.js';
import { safe } from './terminal.js';

export async function main(args: readonly string[], io: Io): Promise<number> {
  let problems = 0;
  const program = addCommonOptions(new Command('es'))
    .description(
      'Looks inside a running system: streams, logs, requests, parked records, processes, read models, and its health; and forgets people.',
    )
    .addCommand(streamsCommand(io))
    .addCommand(showCommand(io))
    .addCommand(tailCommand(io))
    .addCommand(traceCommand(io))
    .addCommand(parkedCommand(io))
    .addCommand(processesCommand(io))
    .addCommand(projectionsCommand(io, (found) => (problems = found)))
    .addCommand(forgetCommand(io))
    .addCommand(doctorCommand(io, (found) => (problems = found)))
    .addCommand(epochCommand(io))
    .addCommand(verifyCommand(io, (found) => (problems = found)))
    .addCommand(sealCommand(io))
    .addCommand(migrateCommand(io));
  for (const command of withSubcommands(program)) prepare(command, io);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return problems > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said it
    const { sentence, exitCode } = sentenceOf(error);
    io.note(safe(sentence));
    return exitCode;
  }
}

function prepare(command: Command, io: Io): void {
  const trimmed = (text: string) => text.replace(/\n+$/, '');
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(io.look.width, 120) })
    .configureOutput({
      writeOut: (text) => io.out(trimmed(text)),
      writeErr: (text) => io.note(trimmed(text)),
      outputError: (text, write) => write(text.split('\n').map(safe).join('\n')),
    })
    .showHelpAfterError('(--help says more)');
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap((sub) => withSubcommands(sub))];
}

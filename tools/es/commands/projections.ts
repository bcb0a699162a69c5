// `es projections`: read models, which version of each serves, and what an operator does about them.
import { Command } from 'commander';
import type { Io } from '../io.js';
import { projectionsListCommand } from './projections-list.js';
import { projectionsPauseCommand, projectionsResumeCommand } from './projections-pause.js';
import { projectionsRebuildCommand } from './projections-rebuild.js';
import { projectionsVerifyCommand } from './projections-verify.js';

/** `found` is told whether something is wrong. */
export function projectionsCommand(io: Io, found: (problems: number) => void): Command {
  return new Command('projections')
    .description('Read models: which version of each serves, how far it is, and building, verifying and pausing them.')
    .addCommand(projectionsListCommand(io))
    .addCommand(projectionsRebuildCommand(io))
    .addCommand(projectionsVerifyCommand(io, found))
    .addCommand(projectionsPauseCommand(io))
    .addCommand(projectionsResumeCommand(io));
}

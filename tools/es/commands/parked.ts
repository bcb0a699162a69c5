// `es parked`: what is set aside, and what an operator does about it.
import { Command } from 'commander';
import type { Io } from '../io.js';
import { parkedDiscardCommand, parkedReplayCommand } from './parked-change.js';
import { parkedListCommand } from './parked-list.js';
import { parkedShowCommand } from './parked-show.js';

export function parkedCommand(io: Io): Command {
  return new Command('parked')
    .description(
      'Messages that failed for good, with their successors of the same key; and messages nobody could read.',
    )
    .addCommand(parkedListCommand(io))
    .addCommand(parkedShowCommand(io))
    .addCommand(parkedReplayCommand(io))
    .addCommand(parkedDiscardCommand(io));
}

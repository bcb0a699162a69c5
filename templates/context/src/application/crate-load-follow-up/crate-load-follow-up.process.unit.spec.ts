// The follow-up in sentences: when it closes, and when it has nothing left to do.
import { describe, it } from 'vitest';
import { givenProcess, minutes } from '@app/event-store/testing';
import { CrateLoadClosed, CrateLoadOpened } from '../../domain/crate-load.events.js';
import { CloseCrateLoad } from '../close-crate-load/close-crate-load.command.js';
import { CrateLoadFollowUpConfig } from './crate-load-follow-up.config.js';
import { CrateLoadFollowUp } from './crate-load-follow-up.process.js';

const crateLoadId = '0198c0de-0000-7000-8000-000000000001';
const opened = new CrateLoadOpened('The first one', 'alice');
const closed = new CrateLoadClosed('Done.', 'customer');
const followUp = (...events: object[]) =>
  givenProcess(new CrateLoadFollowUp(new CrateLoadFollowUpConfig(minutes(15))), ...events).of(crateLoadId);

describe('the follow-up of a crate load', () => {
  it('closes it when nobody does in time, and not before', async () => {
    await followUp(opened)
      .whenTimePasses(minutes(15) - 1)
      .thenSendsNothing()
      .thenGoesOn();
    await followUp(opened)
      .whenTimePasses(minutes(15))
      .thenSends(new CloseCrateLoad(crateLoadId, 'nobody closed it in time', 'follow-up'))
      .thenGoesOn();
  });

  it('has nothing left to do once it is closed, by whomever', async () => {
    await followUp(opened).when(closed).thenSendsNothing().thenCompletes();
    await followUp(opened, closed).whenTimePasses(minutes(15)).thenSendsNothing().thenCompletes();
  });
});

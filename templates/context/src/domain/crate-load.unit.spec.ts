// The crate load in sentences: every transition, every refusal.
import { describe, it } from 'vitest';
import { given } from '@app/event-store/testing';
import { CrateLoadAlreadyOpened, CrateLoadNotOpen } from './crate-load.errors.js';
import { CrateLoadClosed, CrateLoadOpened } from './crate-load.events.js';
import { CrateLoad } from './crate-load.js';

const opened = new CrateLoadOpened('The first one', 'alice');
const closed = new CrateLoadClosed('Done.', 'customer');

describe('a crate load that is opened', () => {
  it('remembers what it is about and who opened it', () =>
    given(CrateLoad)
      .when((crateLoad) => crateLoad.open('The first one', 'alice'))
      .then(opened)
      .thenState({ status: 'open', subject: 'The first one', openedBy: 'alice' }));

  it('belongs to no user when a message asked for it', () =>
    given(CrateLoad)
      .when((crateLoad) => crateLoad.open('The first one'))
      .then(new CrateLoadOpened('The first one')));

  it('is not opened a second time', () =>
    given(CrateLoad, opened)
      .when((crateLoad) => crateLoad.open('Another', 'alice'))
      .thenRejected(CrateLoadAlreadyOpened));
});

describe('a crate load that is closed', () => {
  it('was open before', async () => {
    await given(CrateLoad, opened)
      .when((crateLoad) => crateLoad.close('Done.', 'customer'))
      .then(closed)
      .thenState({ status: 'closed', closeReason: 'Done.' });
    await given(CrateLoad)
      .when((crateLoad) => crateLoad.close('Done.', 'customer'))
      .thenRejected(CrateLoadNotOpen);
  });

  it('may be closed twice for the same reason, and not for another', async () => {
    await given(CrateLoad, opened, closed)
      .when((crateLoad) => crateLoad.close('Done.', 'operator'))
      .thenNothing();
    await given(CrateLoad, opened, closed)
      .when((crateLoad) => crateLoad.close('Lost.', 'operator'))
      .thenRejected(CrateLoadNotOpen);
  });
});

// Snapshots of states with personal data, encrypted whole under the keys of everybody in them: one taken too late is as unreadable as one taken before.
import { contentHash, SubjectForgottenError, type Snapshot, type SnapshotStore } from '../core/index.js';
import type { PersonalDataVault } from './vault.js';

export class PersonalSnapshotStore implements SnapshotStore {
  constructor(
    private readonly store: SnapshotStore,
    private readonly vault: PersonalDataVault,
  ) {}

  async load(stream: string, atMost?: number): Promise<Snapshot | undefined> {
    const snapshot = await this.store.load(stream, atMost);
    if (!snapshot?.subjects?.length) return snapshot;
    const state = await this.vault.openState(snapshot.subjects, placeOf(snapshot), snapshot.state);
    return state && { ...snapshot, state, stateHash: contentHash(state) };
  }

  /** The hash is that of the cipher text: one of the state could be guessed at. */
  async save(snapshot: Snapshot): Promise<void> {
    if (!snapshot.subjects?.length) return this.store.save(snapshot);
    try {
      const state = await this.vault.sealState(snapshot.subjects, placeOf(snapshot), snapshot.state);
      await this.store.save({ ...snapshot, state, stateHash: contentHash(state) });
    } catch (error) {
      if (!(error instanceof SubjectForgottenError)) throw error; // forgotten meanwhile: there is nothing to keep
    }
  }

  drop(stream: string): Promise<void> {
    return this.store.drop(stream);
  }

  dropOf(subject: string): Promise<number> {
    return this.store.dropOf(subject);
  }
}

function placeOf({ stream, version, revision }: Snapshot): (string | number)[] {
  return [stream, version, 'snapshot', revision];
}

// An event about a person, and a store as two processes have it: each with a vault of its own.
import {
  Aggregate,
  AggregateStore,
  Event,
  EventRegistry,
  EventSourcedAggregate,
  every,
  isErased,
  PersonalData,
  SubjectForgotten,
  systemIds,
  When,
  type EventPlaces,
  type EventStore,
  type EventToAppend,
  type Personal,
  type SnapshotStore,
  type SubjectKeyStore,
  type UnitOfWork,
} from '../../core/index.js';
import { MovableClock } from '../../memory/index.js';
import { LocalKeyWrapping, PersonalDataVault, PersonalSnapshotStore, withPersonalData } from '../../privacy/index.js';

// #region letter
@Event('letter.written')
@PersonalData({ subject: 'author', fields: ['text', 'address'] })
export class LetterWritten {
  constructor(
    readonly author: string,
    readonly topic: string,
    readonly text: Personal<string>,
    readonly address?: Personal<{ readonly street: string }>,
  ) {}
}
// #endregion letter

@Event('letter.sent')
export class LetterSent {
  constructor(readonly at: string) {}
}

export interface LetterState {
  readonly topics: readonly string[];
  readonly texts: readonly Personal<string>[];
}

@Aggregate('letter', { snapshot: every(2) })
export class Letter extends EventSourcedAggregate<LetterState> {
  state: LetterState = { topics: [], texts: [] };

  write(author: string, topic: string, text: string): void {
    this.raise(new LetterWritten(author, topic, text));
  }

  send(): void {
    this.raise(new LetterSent('now'));
  }

  @When(LetterWritten)
  protected written({ topic, text }: LetterWritten): void {
    const { topics, texts } = this.state;
    this.state = { topics: [...topics, topic], texts: [...texts, text] };
  }

  @When(LetterSent)
  protected sent(): void {
    this.state = { ...this.state };
  }

  get erased(): number {
    return this.state.texts.filter(isErased).length;
  }
}

export interface PersonalPorts {
  readonly events: EventStore & EventPlaces;
  readonly snapshots: SnapshotStore;
  readonly subjectKeys: SubjectKeyStore;
  readonly unitOfWork: UnitOfWork;
}

export const letterEvents = new EventRegistry().register(LetterWritten, LetterSent, SubjectForgotten);

/** One process: its own cache of keys, on a clock that a test moves. */
export function processOn(ports: PersonalPorts, masterKey: Uint8Array, clock = new MovableClock()) {
  const wrapping = new LocalKeyWrapping([masterKey]);
  const vault = new PersonalDataVault({ store: ports.subjectKeys, wrapping, registry: letterEvents, clock });
  const events = withPersonalData(ports.events, { vault, clock, ids: systemIds });
  const snapshots = new PersonalSnapshotStore(ports.snapshots, vault);
  const aggregates = { events, registry: letterEvents, clock, ids: systemIds, snapshots };
  return { vault, events, snapshots, clock, letters: new AggregateStore(Letter, aggregates) };
}

export function written(author: string, text: string, over: Partial<EventToAppend> = {}): EventToAppend {
  const event = letterEvents.encode(new LetterWritten(author, 'weather', text, { street: `street of ${text}` }));
  return { id: systemIds.next(), ...event, metadata: { correlationId: 'letters' }, ...over };
}

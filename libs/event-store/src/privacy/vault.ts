// Closes the personal fields of events on their way into the store, and opens them on their way out. Above it there is plain text, below it none.
import {
  ConfigurationError,
  erased,
  InvalidEventError,
  isPersonalValue,
  isSubject,
  personalDeclaration,
  recordOf,
  UnreadablePersonalDataError,
  type EventRegistry,
  type EventToAppend,
  type KeyWrapping,
} from '../core/index.js';
import { FieldCipher, jointCipher } from './field-cipher.js';
import { SEALED, sealedIn, type Sealed } from './sealed.js';
import { SubjectKeys, type SubjectKeysOptions } from './subject-keys.js';

type Data = Readonly<Record<string, unknown>>;

/** An event that is stored, as far as its place and data go. */
export interface Opened {
  readonly version: number;
  readonly data: object;
  /** False where it is known to hold nothing encrypted. */
  readonly sealed?: boolean;
}

export interface VaultOptions extends Omit<SubjectKeysOptions, 'wrapping'> {
  readonly registry: EventRegistry;
  /** Needed as soon as something personal is written or read. */
  readonly wrapping?: KeyWrapping | undefined;
}

/** Of a wrapping that was never given. */
const noWrapping: KeyWrapping = {
  newKey: () => Promise.reject(missing()),
  unwrap: () => Promise.reject(missing()),
};

function missing(): ConfigurationError {
  return new ConfigurationError('Personal data needs a master key: set PERSONAL_DATA_KEY or PERSONAL_DATA_KEY_FILE.');
}

export class PersonalDataVault {
  readonly keys: SubjectKeys;
  private readonly ciphers = new WeakMap<Uint8Array, FieldCipher>();

  constructor(private readonly options: VaultOptions) {
    const { store, wrapping = noWrapping, clock } = options;
    this.keys = new SubjectKeys({ store, clock, wrapping });
  }

  /** @throws ConfigurationError events with personal fields, and no master key */
  check(): void {
    const { registry, wrapping } = this.options;
    const personal = registry.types().find((type) => personalDeclaration(registry.classOf(type)!));
    if (personal !== undefined && !wrapping) {
      throw new ConfigurationError(
        `${personal} has personal fields, and there is no master key for them. Set PERSONAL_DATA_KEY, or PERSONAL_DATA_KEY_FILE.`,
      );
    }
  }

  /** Whether it has something to hide. @throws InvalidEventError a field with the name that is ours */
  concerns({ type, data }: EventToAppend): boolean {
    if (SEALED in data) throw new InvalidEventError(type, `its field ${SEALED} is reserved for personal data`);
    const declared = this.declared(type);
    return declared !== undefined && declared.fields.some((field) => isPersonalValue((data as Data)[field]));
  }

  /** @throws SubjectForgottenError, @throws InvalidEventError its subject is no text */
  async seal(stream: string, firstVersion: number, events: readonly EventToAppend[]): Promise<EventToAppend[]> {
    const subjects = events.map((event) => (this.concerns(event) ? this.subjectIn(event) : undefined));
    const keys = await this.keys.forWriting(subjects.filter((subject) => subject !== undefined));
    return events.map((event, index) => {
      const subject = subjects[index];
      if (subject === undefined) return event;
      const place = [stream, firstVersion + index] as const;
      return { ...event, data: this.sealed(event, subject, this.cipherOf(keys.get(subject)!), place) };
    });
  }

  /** The same events, with what was forgotten as Erased. @throws UnreadablePersonalDataError */
  async open<E extends Opened>(events: readonly E[], streamOf: (event: E) => string): Promise<readonly E[]> {
    const subjects = events.flatMap(({ data }) => sealedIn(data)?.subject ?? []);
    if (subjects.length === 0) return events;
    const keys = await this.keys.find(subjects);
    return events.map((event) => {
      const sealed = sealedIn(event.data);
      return sealed ? this.openOne(event, sealed, streamOf(event), keys) : event;
    });
  }

  /**
   * As {@link open}, but one that cannot be opened fails when its data is read: so it is parked with its key, and the others go on.
   * @throws UnavailableError no key can be unwrapped now: that is about no event
   */
  async openEach<E extends Opened>(events: readonly E[], streamOf: (event: E) => string): Promise<readonly E[]> {
    const subjects = events.flatMap((event) => sealedOf(event)?.subject ?? []);
    if (subjects.length === 0) return events;
    const { keys, problems } = await this.keys.findEach(subjects);
    return events.map((event) => {
      const sealed = sealedOf(event);
      if (!sealed) return event;
      const problem = problems.get(sealed.subject);
      if (problem) return recordOf(event, { data: unreadable(problem) } as Partial<E>);
      try {
        return this.openOne(event, sealed, streamOf(event), keys);
      } catch (error) {
        return recordOf(event, { data: unreadable(error) } as Partial<E>);
      }
    });
  }

  /** A whole state, for as long as all its subjects are known. @throws SubjectForgottenError */
  async sealState(subjects: readonly string[], place: readonly (string | number)[], state: object): Promise<object> {
    const cipher = jointCipher([...(await this.keys.forWriting(subjects)).values()]);
    return { [SEALED]: cipher.seal(place, state) };
  }

  /** Undefined where it does not open (any more). */
  async openState(
    subjects: readonly string[],
    place: readonly (string | number)[],
    state: object,
  ): Promise<object | undefined> {
    const found = await this.keys.find(subjects);
    const keys = subjects.flatMap((subject) => found.get(subject) ?? []);
    if (keys.length < subjects.length) return undefined;
    try {
      return jointCipher(keys).open(place, String((state as Data)[SEALED])) as object;
    } catch {
      return undefined;
    }
  }

  private openOne<E extends Opened>(
    event: E,
    { subject, fields }: Sealed,
    stream: string,
    keys: ReadonlyMap<string, Uint8Array | undefined>,
  ): E {
    const what = `${stream} version ${event.version}`;
    if (!keys.has(subject)) {
      throw new UnreadablePersonalDataError(what, `there is no key of ${subject}, and no note that it was destroyed`);
    }
    const key = keys.get(subject);
    const { [SEALED]: _closed, ...rest } = event.data as Record<string, unknown>;
    for (const [field, text] of Object.entries(fields)) {
      rest[field] = key ? this.opened(key, [stream, event.version, field], text, what) : erased;
    }
    return recordOf(event, { data: rest } as Partial<E>);
  }

  private sealed(
    { type, data }: EventToAppend,
    subject: string,
    cipher: FieldCipher,
    place: readonly [string, number],
  ): object {
    const fields: Record<string, string> = {};
    const rest: Record<string, unknown> = { ...data };
    for (const field of this.declared(type)!.fields) {
      if (!isPersonalValue(rest[field])) continue;
      fields[field] = cipher.seal([...place, field], rest[field]);
      delete rest[field];
    }
    return { ...rest, [SEALED]: { subject, fields } satisfies Sealed };
  }

  private opened(key: Uint8Array, place: readonly (string | number)[], text: string, what: string): unknown {
    try {
      return this.cipherOf(key).open(place, text);
    } catch (cause) {
      throw new UnreadablePersonalDataError(what, 'it was changed, moved, or written under another key', { cause });
    }
  }

  private subjectIn({ type, data }: EventToAppend): string {
    const { subject: field } = this.declared(type)!;
    const subject = (data as Data)[field];
    if (!isSubject(subject)) {
      throw new InvalidEventError(type, `its field ${field} names the subject: expected text of 1 to 200 characters`);
    }
    return subject;
  }

  private declared(type: string) {
    const eventClass = this.options.registry.classOf(type);
    return eventClass && personalDeclaration(eventClass);
  }

  private cipherOf(key: Uint8Array): FieldCipher {
    const known = this.ciphers.get(key) ?? new FieldCipher(key);
    this.ciphers.set(key, known);
    return known;
  }
}

/** Data that fails whoever looks at it, and nobody who passes it on. */
function unreadable(error: unknown): object {
  const fail = (): never => {
    throw error;
  };
  return new Proxy({}, { get: fail, has: fail, ownKeys: fail });
}

/** Most rows are known to hold nothing, and their data need not be parsed to find that out. */
function sealedOf(event: Opened): Sealed | undefined {
  return event.sealed === false ? undefined : sealedIn(event.data);
}

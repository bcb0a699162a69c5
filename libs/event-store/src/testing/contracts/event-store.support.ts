// Short words for the event store's contract suites.
import {
  systemIds,
  type AppendRequest,
  type CommandKey,
  type EventStore,
  type EventToAppend,
  type UnitOfWork,
} from '../../core/index.js';

/** A store under contract, empty at first; every test uses streams of its own. */
export interface StoreUnderContract {
  readonly store: EventStore;
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

export function newStream(category = 'account'): string {
  return `${category}-${systemIds.next()}`;
}

export function deposited(amountMinor = 100, over: Partial<EventToAppend> = {}): EventToAppend {
  return {
    id: systemIds.next(),
    type: 'account.deposited',
    schemaVersion: 1,
    data: { amountMinor },
    metadata: { correlationId: 'contract' },
    ...over,
  };
}

export function deposits(count: number): EventToAppend[] {
  return Array.from({ length: count }, (_, index) => deposited(index + 1));
}

export function appendTo(stream: string, over: Partial<AppendRequest> = {}): AppendRequest {
  return { stream, expected: 'any', events: [deposited()], ...over };
}

export function commandOn(stream: string, over: Partial<CommandKey> = {}): CommandKey {
  return { id: systemIds.next(), stream, step: 0, type: 'Deposit', contentHash: 'hash-1', ...over };
}

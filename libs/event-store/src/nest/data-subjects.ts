// Forgetting a person from inside a service; `npm run es -- forget` does the same from outside.
import { Inject, Injectable } from '@nestjs/common';
import { forgetSubject } from '../operations/index.js';
import type { ForgetOrder, Forgotten } from '../privacy/index.js';
import { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './runtime.js';

@Injectable()
export class DataSubjects {
  constructor(@Inject(EVENT_STORE_RUNTIME) private readonly runtime: EventStoreRuntime) {}

  /**
   * Destroys the key of the subject and tells it in the log as `subject.forgotten`, after some seconds. Safe to repeat at any point.
   * @throws InvalidRequestError no name of a subject; @throws UnavailableError
   */
  async forget(subject: string, order: Omit<ForgetOrder, 'subject' | 'dryRun'>): Promise<Forgotten> {
    const { store: events, personalData, ...ports } = this.runtime;
    const forgotten = await forgetSubject({ ...ports, events }, { ...order, subject });
    personalData.keys.drop(subject);
    return forgotten;
  }
}

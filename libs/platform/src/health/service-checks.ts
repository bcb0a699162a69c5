// What readiness asks of every service: its database, the schema in it, the broker, the read models and the subscriptions.
import type { EventStoreRuntime, SubscriptionHost } from '@app/event-store';
import type { DataSource } from 'typeorm';
import { pendingOf } from '../database/pending-migrations.js';
import { messagingHealth } from './broker-watch.js';
import type { HealthContributor } from './health-contributors.js';

export interface CheckedParts {
  readonly runtime: EventStoreRuntime;
  readonly subscriptions: SubscriptionHost;
  readonly dataSource: DataSource;
}

export function serviceChecks({ runtime, subscriptions, dataSource }: CheckedParts): HealthContributor[] {
  return [
    {
      name: 'database',
      async check() {
        await runtime.askForHealth('SELECT 1');
        return { status: 'up' };
      },
    },
    {
      // They were there when the service started; a backup that is restored meanwhile may be older.
      name: 'migrations',
      async check() {
        const { length } = await pendingOf(dataSource, (sql) => runtime.askForHealth(sql));
        return length === 0
          ? { status: 'up' }
          : { status: 'down', detail: `the database lacks ${length} migration(s)` };
      },
    },
    { name: 'broker', check: () => Promise.resolve(messagingHealth(runtime.broker, subscriptions)) },
    {
      // A build whose read models are new waits for them; until then the replicas of the old one have the traffic.
      name: 'read-models',
      async check() {
        const unready = await subscriptions.unreadyReadModels();
        return unready.length === 0 ? { status: 'up' } : { status: 'down', detail: unready.join('; ') };
      },
    },
    {
      // Requests are served whatever a subscription does, so none takes the service out of traffic: the other replicas would fare no better.
      name: 'subscriptions',
      check() {
        const unwell = subscriptions.unwell();
        return Promise.resolve(
          unwell.length === 0 ? { status: 'up' } : { status: 'degraded', detail: unwell.join(', ') },
        );
      },
    },
  ];
}

/** That some wait is no trouble yet: they do for seconds. */
export function deadLetterCheck(subscriptions: SubscriptionHost): HealthContributor {
  return {
    name: 'dead-letters',
    check() {
      const { state, waiting } = subscriptions.deadLetters() ?? { state: 'running', waiting: 0 };
      const detail = `${waiting} parked records wait to be mirrored`;
      return Promise.resolve(state === 'running' ? { status: 'up' } : { status: 'degraded', detail });
    },
  };
}

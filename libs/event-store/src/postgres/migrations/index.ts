// Every migration of the event store, oldest first: put them into the `migrations` of the context's DataSource.
import { CreateEventStore1763424000000 } from './1763424000000-create-event-store.js';

export const eventStoreMigrations = [CreateEventStore1763424000000];

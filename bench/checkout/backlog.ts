// What a service has still to do about its events: the distance of its slowest checkpoint from the end of the log.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export class Backlog {
  private constructor(private readonly database: pg.Client) {}

  static async open(url: string): Promise<Backlog> {
    const database = new pg.Client(url);
    await database.connect();
    return new Backlog(database);
  }

  /** Resolves when nothing is left. @returns how long that took, in milliseconds. */
  async handled(): Promise<number> {
    const begin = performance.now();
    while (await this.isLeft()) await sleep(5);
    return performance.now() - begin;
  }

  async close(): Promise<void> {
    await this.database.end();
  }

  private async isLeft(): Promise<boolean> {
    const { rows } = await this.database.query<{ left: boolean }>({
      name: 'left',
      text: `SELECT (SELECT min(position) FROM event_store.subscriptions WHERE log = 'events')
                  < (SELECT max(position) FROM event_store.events) AS left`,
    });
    return rows[0]!.left;
  }
}

// Which partitions this member of a group works on: it keeps what it has, gives away what is more than its share, takes what is free.
import type { BusDatabase } from './bus-database.js';
import * as sql from './partition-leases.sql.js';

/** A partition in this member's hands. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: string;
  /** Last message acknowledged. */
  position: bigint;
  /** More than our share: begin nothing new here. */
  leaving: boolean;
}

export interface PartitionLeasesOptions {
  readonly database: BusDatabase;
  readonly group: string;
  /** UUID of this member. */
  readonly member: string;
  readonly topics: readonly string[];
  readonly ttlMs: number;
  /** A batch of the partition is in hand: it cannot be given away yet. */
  readonly inHand: (place: string) => boolean;
}

interface LeaseRow {
  topic: string;
  partition: number;
  position: string;
  epoch: string;
}

export function placeName({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}

export class PartitionLeases {
  private held = new Map<string, Place>();

  constructor(private readonly options: PartitionLeasesOptions) {}

  get places(): readonly Place[] {
    return [...this.held.values()];
  }

  /** To be called several times within the time to live. True when something was gained. @throws UnavailableError */
  async beat(): Promise<boolean> {
    const { database, group, member, topics, ttlMs } = this.options;
    await database.query('announce member', sql.announceMember, [group, member, topics, ttlMs]);
    await database.query('create places', sql.createPlaces, [group, topics]);
    const before = this.held.size;
    this.keep(await database.query<LeaseRow>('renew leases', sql.renewLeases, [group, member, topics, ttlMs]));
    let gained = this.held.size > before;
    for (const { topic, share } of await database.query<{ topic: string; share: number }>(
      'fair shares',
      sql.fairShares,
      [group, topics],
    )) {
      const ours = this.places.filter((place) => place.topic === topic).sort((a, b) => a.partition - b.partition);
      for (const [index, place] of ours.entries()) {
        place.leaving = index >= share;
        if (place.leaving && !this.options.inHand(placeName(place))) await this.release(place);
      }
      if (ours.length >= share) continue;
      const taken = await database.query<LeaseRow>('take leases', sql.takeLeases, [
        group,
        member,
        topic,
        share - ours.length,
        ttlMs,
      ]);
      for (const row of taken) this.hold(row);
      gained ||= taken.length > 0;
    }
    return gained;
  }

  /** False when another member has taken over: whatever was done will be done again there. @throws UnavailableError */
  async save(place: Place, position: bigint): Promise<boolean> {
    const { database, group, member } = this.options;
    const { topic, partition, epoch } = place;
    const values = [group, topic, partition, member, epoch, String(position)];
    const saved = (await database.query('save position', sql.savePosition, values)).length > 0;
    if (saved) place.position = position;
    else if (this.held.get(placeName(place)) === place) this.held.delete(placeName(place));
    return saved;
  }

  /** Gives everything back, so that the others need not wait. @throws UnavailableError: then they wait for the time to live. */
  async leave(): Promise<void> {
    const { database, group, member } = this.options;
    for (const place of this.places) await this.release(place);
    await database.query('forget member', sql.forgetMember, [group, member]);
  }

  private async release(place: Place): Promise<void> {
    const { database, group, member } = this.options;
    this.held.delete(placeName(place));
    await database.query('release lease', sql.releaseLease, [group, place.topic, place.partition, member, place.epoch]);
  }

  /** What was renewed is held, whatever we believed; what was not is lost. */
  private keep(rows: readonly LeaseRow[]): void {
    const known = this.held;
    this.held = new Map();
    for (const row of rows) {
      const place = known.get(placeName(row));
      if (place?.epoch === row.epoch) this.held.set(placeName(row), place);
      else this.hold(row);
    }
  }

  private hold({ topic, partition, position, epoch }: LeaseRow): void {
    this.held.set(placeName({ topic, partition }), {
      topic,
      partition,
      epoch,
      position: BigInt(position),
      leaving: false,
    });
  }
}

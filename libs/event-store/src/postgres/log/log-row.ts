// A record of a log as it came from the server: of most records only the type is looked at, and those kept for others take less as text.
import type { EventMetadata, LogRecord } from '../../core/index.js';
import type { TextRow } from '../connections/dedicated-connection.js';

/** In every row with encrypted fields; elsewhere it is only looked at once more. */
const PERSONAL_MARK = '"$personal"';

/**
 * `data` and `metadata` are parsed when somebody looks, and belong to the class: a getter made for each object would cost as much as parsing
 * both. So `{ ...record }` has neither: `recordOf` of the core copies.
 */
export class LogRow implements LogRecord {
  readonly position: bigint;
  readonly id: string;
  readonly key: string;
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly time: Date;
  readonly bytes: number;
  readonly sealed: boolean;
  readonly #dataText: string;
  readonly #metadataText: string;
  #data: object | undefined;
  #metadata: EventMetadata | undefined;

  /** `row` as {@link rangeOf} selects it. */
  constructor(row: TextRow) {
    this.position = BigInt(row[0]!);
    this.id = row[1]!;
    this.key = row[2]!;
    this.version = Number(row[3]);
    this.type = row[4]!;
    this.schemaVersion = Number(row[5]);
    this.#dataText = row[6]!;
    this.#metadataText = row[7]!;
    this.time = new Date(Number(row[8]));
    this.bytes = this.#dataText.length;
    this.sealed = this.#dataText.includes(PERSONAL_MARK);
  }

  get data(): object {
    return (this.#data ??= JSON.parse(this.#dataText) as object);
  }

  get metadata(): EventMetadata {
    return (this.#metadata ??= JSON.parse(this.#metadataText) as EventMetadata);
  }
}

// Ended spans on their way to the collector: bytes in a buffer, and no object that the garbage collector would have to carry from its young to its old space.
import { diag, type Attributes } from '@opentelemetry/api';
import { DELIMITED, ProtoBytes, VARINT } from './proto-bytes.js';
import type { RecordedSpan } from './recorded-span.js';
import { writeAttributes, writeSpan } from './span-bytes.js';

/** Sends one batch, tries again by itself, and calls back when the bytes are nobody's any more. */
export type Send = (batch: Uint8Array, sent: (error: Error | undefined) => void) => void;

/** A batch that has so many bytes is sent: about 400 spans. */
const FULL = 128 * 1_024;
/** Room for the last span of a batch; one that is larger makes the buffer grow. */
const ROOM = FULL + 32 * 1_024;
/** Two tags with a length each. */
const LENGTHS = 12;
/** Buffers that wait to be used again. */
const SPARE = 4;

export class SpanBatches {
  private readonly resource: Uint8Array;
  private readonly scope: Uint8Array;
  private readonly begin: number;
  private readonly spare: Buffer[] = [];
  private bytes: ProtoBytes;

  /** @param resource what every span is of: the service and its process. */
  constructor(
    resource: Attributes,
    scope: string,
    private readonly send: Send,
  ) {
    this.resource = delimited(1, (to) => {
      writeAttributes(to, 1, resource);
      to.tag(2, VARINT);
      to.varint(0);
    });
    this.scope = delimited(1, (to) => {
      to.tag(1, DELIMITED);
      to.text(scope);
    });
    this.begin = LENGTHS + this.resource.length + this.scope.length;
    this.bytes = this.empty();
  }

  /** Never throws: a span that cannot be written, of a library that passed on what is no text, is left out. */
  onEnd(span: RecordedSpan): void {
    const { used } = this.bytes;
    try {
      writeSpan(this.bytes, span);
    } catch (error) {
      this.bytes.used = used; // or the collector would refuse the whole batch for half of it
      diag.warn(`A span is lost: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    if (this.bytes.used >= FULL) this.flush();
  }

  /** Hands over what there is. */
  flush(): void {
    const { buffer, used } = this.bytes;
    if (used === this.begin) return;
    const begin = this.writeHead(buffer, used - this.begin);
    this.bytes = this.empty();
    this.send(buffer.subarray(begin, used), (error) => {
      if (error) diag.warn(`Spans are lost: ${error.message}`);
      if (buffer.length === ROOM && this.spare.length < SPARE) this.spare.push(buffer);
    });
  }

  /** Room is left in front for what says how much there is. */
  private empty(): ProtoBytes {
    const bytes = new ProtoBytes(this.spare.pop() ?? Buffer.allocUnsafeSlow(ROOM));
    bytes.used = this.begin;
    return bytes;
  }

  /** `ExportTraceServiceRequest` down to its spans, up against them. @returns where it begins. */
  private writeHead(buffer: Buffer, spans: number): number {
    const head = new ProtoBytes(Buffer.alloc(this.begin));
    const inner = new ProtoBytes(Buffer.alloc(LENGTHS));
    inner.tag(2, DELIMITED);
    inner.varint(this.scope.length + spans);
    head.tag(1, DELIMITED);
    head.varint(this.resource.length + inner.used + this.scope.length + spans);
    head.bytes(this.resource);
    head.bytes(inner.buffer.subarray(0, inner.used));
    head.bytes(this.scope);
    const begin = this.begin - head.used;
    head.buffer.copy(buffer, begin, 0, head.used);
    return begin;
  }
}

function delimited(field: number, write: (to: ProtoBytes) => void): Uint8Array {
  const to = new ProtoBytes(Buffer.alloc(1_024));
  to.tag(field, DELIMITED);
  const begun = to.open();
  write(to);
  to.close(begun);
  return to.buffer.subarray(0, to.used);
}

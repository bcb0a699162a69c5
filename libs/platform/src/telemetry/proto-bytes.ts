// Protocol Buffers as they are written: field by field into one buffer, without an object for any of them.
// https://protobuf.dev/programming-guides/encoding/

/** What follows a field's number. */
export const VARINT = 0;
export const FIXED_64 = 1;
export const DELIMITED = 2;
export const FIXED_32 = 5;

/** A character of JavaScript takes so many bytes of UTF-8 at most. */
const WIDEST = 3;
/** The largest that a length in front of something takes. */
const LENGTH = 5;

export class ProtoBytes {
  used = 0;

  constructor(public buffer: Buffer) {}

  tag(field: number, kind: number): void {
    this.varint((field << 3) | kind);
  }

  /** A whole number; a negative one as its 64 bits. */
  varint(value: number): void {
    this.need(10);
    if (value < 0) return this.big(BigInt.asUintN(64, BigInt(value)));
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.used++] = rest;
  }

  fixed32(value: number): void {
    this.need(4);
    this.used = this.buffer.writeUInt32LE(value, this.used);
  }

  double(value: number): void {
    this.need(8);
    this.used = this.buffer.writeDoubleLE(value, this.used);
  }

  /** Milliseconds since 1970 and `nanoseconds` more, as nanoseconds in 64 bits: a number has not so many digits. */
  nanoseconds(milliseconds: number, nanoseconds: number): void {
    this.need(8);
    const high = Math.floor(milliseconds / 0x10000) * 1e6;
    const low = (high % 0x10000) * 0x10000 + (milliseconds % 0x10000) * 1e6 + nanoseconds;
    const { buffer, used } = this;
    buffer.writeUInt32LE(low % 0x100000000, used);
    this.used = buffer.writeUInt32LE(Math.floor(high / 0x10000) + Math.floor(low / 0x100000000), used + 4);
  }

  /** Two digits a byte, with the length before. */
  hex(digits: string): void {
    const length = digits.length >> 1;
    this.varint(length);
    this.need(length);
    const { buffer } = this;
    for (let at = 0; at < 2 * length; at += 2)
      buffer[this.used++] = (nibble(digits.charCodeAt(at)) << 4) | nibble(digits.charCodeAt(at + 1));
  }

  /** UTF-8, with the length before. */
  text(text: string): void {
    const { length } = text;
    this.need(length * WIDEST + LENGTH);
    if (length < 0x80 && this.ascii(text)) return;
    const begun = this.open();
    this.used += this.buffer.write(text, this.used);
    this.close(begun);
  }

  bytes(bytes: Uint8Array): void {
    this.need(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Begins what has its length before it; {@link close} takes what this gives. Most of it is short, so one byte is kept for the length. */
  open(): number {
    this.need(1);
    this.used += 1;
    return this.used;
  }

  close(begun: number): void {
    const length = this.used - begun;
    if (length < 0x80) {
      this.buffer[begun - 1] = length;
      return;
    }
    const more = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
    this.need(more);
    this.buffer.copyWithin(begun + more, begun, this.used);
    this.used = begun - 1;
    this.varint(length);
    this.used += length;
  }

  /** Most texts are plain and short; a call of the runtime costs more than they do. */
  private ascii(text: string): boolean {
    const { buffer } = this;
    const { length } = text;
    const begun = this.used + 1;
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) return false;
      buffer[begun + at] = code;
    }
    buffer[this.used] = length;
    this.used = begun + length;
    return true;
  }

  private big(value: bigint): void {
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.buffer[this.used++] = Number(rest & 0x7fn) | 0x80;
    this.buffer[this.used++] = Number(rest);
  }

  private need(bytes: number): void {
    if (this.used + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * this.buffer.length + bytes);
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
  }
}

function nibble(code: number): number {
  return (code & 0xf) + (code >> 6) * 9;
}

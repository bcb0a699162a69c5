// Writing and reading the bytes of Kafka's records: lengths are varints in zigzag form (of protocol buffers), of 32 bits.

/** Of a varint, at most, in bytes. */
export const VARINT_BYTES = 5;

/** Big enough for all that is written to it, or the rest is lost. */
export class RecordWriter {
  private readonly buffer: Buffer;
  private at = 0;

  /** @param size in bytes. */
  constructor(size: number) {
    this.buffer = Buffer.allocUnsafe(size);
  }

  get written(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  /** @param length below 2^30. */
  length(length: number): void {
    let rest = length * 2;
    for (; rest > 0x7f; rest >>>= 7) this.buffer[this.at++] = (rest & 0x7f) | 0x80;
    this.buffer[this.at++] = rest;
  }

  copy(bytes: Buffer): void {
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Without its length; every character is below 256. */
  latin1(text: string): void {
    this.at += this.buffer.write(text, this.at, 'latin1');
  }

  text(text: string): void {
    this.length(Buffer.byteLength(text));
    this.at += this.buffer.write(text, this.at, 'utf8');
  }
}

/** Behind the last byte it reads zeros. */
export class RecordReader {
  private place = 0;

  constructor(private readonly bytes: Buffer) {}

  get at(): number {
    return this.place;
  }

  get isAtEnd(): boolean {
    return this.place >= this.bytes.length;
  }

  varInt(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.place++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
  }

  skip(bytes: number): void {
    this.place += Math.max(0, bytes);
  }

  /** Of any size. */
  skipVarInt(): void {
    while ((this.bytes[this.place++] ?? 0) >= 0x80);
  }
}

// Protocol Buffers as they are read by who knows the numbers of the fields: what comes under each, in its order. Only the kinds OTLP has.

/** A whole number, 64 bits, or bytes that may be a text or fields in turn. */
export type ProtoValue = bigint | number | Buffer;

export class ProtoFields {
  private readonly values = new Map<number, ProtoValue[]>();

  /** @throws Error when the bytes end too early, or a kind is not known. */
  constructor(bytes: Buffer) {
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++];
        if (byte === undefined) throw new Error('A number is cut off.');
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    const value = (kind: number): ProtoValue => {
      if (kind === 0) return varint();
      if (kind === 5) return bytes.readUInt32LE((at += 4) - 4);
      if (kind === 1) return bytes.readBigUInt64LE((at += 8) - 8);
      if (kind !== 2) throw new Error(`Kind ${kind} is not known.`);
      const length = Number(varint());
      if (at + length > bytes.length) throw new Error('Bytes are cut off.');
      return bytes.subarray(at, (at += length));
    };
    while (at < bytes.length) {
      const tag = Number(varint());
      const field = tag >> 3;
      this.values.set(field, [...(this.values.get(field) ?? []), value(tag & 7)]);
    }
  }

  has(field: number): boolean {
    return this.values.has(field);
  }

  all(field: number): ProtoFields[] {
    return (this.values.get(field) ?? []).map((value) => new ProtoFields(value as Buffer));
  }

  one(field: number): ProtoFields {
    return this.all(field)[0] ?? new ProtoFields(Buffer.alloc(0));
  }

  text(field: number): string {
    return this.bytesOf(field).toString('utf8');
  }

  hex(field: number): string {
    return this.bytesOf(field).toString('hex');
  }

  /** 0 where there is none. */
  number(field: number): number {
    return Number(this.values.get(field)?.[0] ?? 0);
  }

  private bytesOf(field: number): Buffer {
    return (this.values.get(field)?.[0] as Buffer | undefined) ?? Buffer.alloc(0);
  }
}

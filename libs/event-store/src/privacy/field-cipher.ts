// AES-256-GCM under a subject's key. The IV is an HMAC of the plain text: the same text in the same place gives the same bytes, so that a store
// recognises a repeated event by comparing what it holds, and nothing that could be guessed at outlives the key.
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const FORM = '1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What one key does: two keys derived from it, one encrypts, the other makes IVs. */
export class FieldCipher {
  private readonly encryption: Buffer;
  private readonly synthesis: Buffer;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    const derived = (use: string) => createHmac('sha256', key).update(`event-store/personal/${use}`).digest();
    this.encryption = derived('encryption');
    this.synthesis = derived('iv');
  }

  /** `place` is bound to it: what is moved elsewhere does not open. */
  seal(place: readonly (string | number)[], value: unknown): string {
    const plain = Buffer.from(JSON.stringify(value));
    const bound = Buffer.from(JSON.stringify(place));
    const iv = createHmac('sha256', this.synthesis)
      .update(`${bound.length}:`)
      .update(bound)
      .update(plain)
      .digest()
      .subarray(0, IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.encryption, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(bound);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return [FORM, iv.toString('base64url'), Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64url')].join(
      '.',
    );
  }

  /** @throws Error it was changed, or is of another place or key */
  open(place: readonly (string | number)[], text: string): unknown {
    const [form, iv = '', rest = ''] = text.split('.');
    const bytes = Buffer.from(rest, 'base64url');
    if (form !== FORM || bytes.length < TAG_BYTES) throw new Error('it is not in a form that this build knows');
    const decipher = createDecipheriv('aes-256-gcm', this.encryption, Buffer.from(iv, 'base64url'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(JSON.stringify(place)));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(plain.toString('utf8')) as unknown;
  }
}

/** The cipher of what belongs to several subjects: without any one of their keys it does not open. */
export function jointCipher(keys: readonly Uint8Array[]): FieldCipher {
  return new FieldCipher(createHmac('sha256', Buffer.concat(keys)).update('event-store/personal/joint').digest());
}

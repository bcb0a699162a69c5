// The master key in this process's memory: wraps the keys of subjects with AES-256-GCM, bound to the subject they are of.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { ConfigurationError, UnreadablePersonalDataError, type KeyWrapping, type WrappedKey } from '../core/index.js';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export class LocalKeyWrapping implements KeyWrapping {
  private readonly masters: ReadonlyMap<string, Buffer>;
  private readonly current: string;

  /**
   * @param masterKeys 32 bytes each. The first wraps; the others are former ones, which still unwrap.
   * @throws ConfigurationError none, or one of another length
   */
  constructor(masterKeys: readonly Uint8Array[]) {
    if (masterKeys.length === 0 || masterKeys.some(({ length }) => length !== KEY_BYTES)) {
      throw new ConfigurationError(`A master key for personal data has ${KEY_BYTES} bytes: openssl rand -base64 32.`);
    }
    const named = masterKeys.map((key): [string, Buffer] => [nameOf(key), Buffer.from(key)]);
    this.masters = new Map(named);
    this.current = named[0]![0];
  }

  newKey(subject: string): Promise<{ key: Uint8Array; wrapped: WrappedKey }> {
    const key = randomBytes(KEY_BYTES);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.masters.get(this.current)!, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(subject));
    const bytes = Buffer.concat([iv, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
    return Promise.resolve({ key, wrapped: { masterKey: this.current, bytes } });
  }

  async unwrap({ masterKey, bytes }: WrappedKey, subject: string): Promise<Uint8Array> {
    const master = this.masters.get(masterKey);
    if (!master) {
      throw new UnreadablePersonalDataError(
        subject,
        `their key was wrapped by the master key ${masterKey}, and PERSONAL_DATA_KEY has ${[...this.masters.keys()].join(', ')}`,
      );
    }
    try {
      const iv = bytes.subarray(0, IV_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', master, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(subject));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new UnreadablePersonalDataError(subject, 'their key in event_store.subject_keys was changed', { cause });
    }
  }
}

/** Tells master keys apart, and nothing about them. */
function nameOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('event-store/personal/name').digest('hex').slice(0, 12);
}

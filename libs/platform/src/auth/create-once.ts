// A secret file that several processes may want to make at once.
import { randomUUID } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';

/** Whole or not at all: one of several processes wins the link, the others take what it wrote. */
export async function createOnce(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}.${randomUUID()}.tmp`;
  await writeFile(fresh, text, { mode: 0o600 });
  try {
    await link(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(fresh);
  }
}

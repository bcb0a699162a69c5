// A temporary folder that names its process, so that a later run can clear it away when that process was killed.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const RUN_FOLDER = 'nest-es-test-';

export async function makeRunFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), RUN_FOLDER));
  await writeFile(join(folder, 'runner.pid'), String(process.pid));
  return folder;
}

// `npm run chaos` in a copy of this project whose packed services have a bug: nothing in the services themselves can be switched to be wrong.
import { spawn } from 'node:child_process';
import { access, chmod, mkdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Workshop } from '../../tools/mutants/workshop.js';
import { packOnce } from '../../tools/system/pack.js';

const COPIED = ['apps', 'libs', 'tools', 'dist', 'nest-cli.json', 'package.json', 'package-lock.json', 'tsconfig.json'];
/** Kafka is fetched once for all copies. */
const KAFKA = join('.cache', 'kafka');

export interface ChaosRun {
  readonly code: number | null;
  /** The line of JSON; undefined when it did not come so far. */
  readonly certificate: Readonly<Record<string, unknown>> | undefined;
  readonly said: string;
}

export class ChaosWorkshop extends Workshop {
  static async open(): Promise<ChaosWorkshop> {
    await packOnce(() => undefined);
    const workshop = new ChaosWorkshop(await Workshop.copyOf(COPIED));
    await chmod(workshop.folder, 0o711); // the database may run as another user
    const cached = await access(KAFKA).then(
      () => true,
      () => false,
    );
    if (cached) {
      await mkdir(join(workshop.folder, '.cache'));
      await symlink(resolve(KAFKA), join(workshop.folder, KAFKA));
    }
    return workshop;
  }

  /** Its evidence goes with the workshop. */
  chaos(...args: readonly string[]): Promise<ChaosRun> {
    const child = spawn(process.execPath, ['--import', 'tsx', join('tools', 'chaos.ts'), ...args, '--json'], {
      cwd: this.folder,
      env: { ...process.env, TMPDIR: this.folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [line, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (line += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return new Promise((done, failed) => {
      child.once('error', failed);
      child.once('close', (code) => {
        const certificate = line === '' ? undefined : (JSON.parse(line) as ChaosRun['certificate']);
        done({ code, certificate, said });
      });
    });
  }
}

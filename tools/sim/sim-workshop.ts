// A copy of the engines, compiled, and packed into one file: its processes start at once and run faster, and a bug that is planted in it is compiled alone.
import { copyFile, cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { Workshop, type Breakage } from '../mutants/workshop.js';
import { pack } from '../system/pack.js';

const STORE = 'libs/event-store/src';
const ROOMS = ['core', 'privacy', 'subscriptions', 'processes', 'messaging', 'operations', 'memory'];
const TESTING = ['random.ts', 'manual-clock.ts', 'invariants', 'simulation'];
const COPIED = [
  ...ROOMS.map((room) => `${STORE}/${room}`),
  ...TESTING.map((name) => `${STORE}/testing/${name}`),
  'tools/sim/worker.ts',
  'tools/sim/promise-storage.ts',
  'package.json',
];

/** The worker with all it imports: as it is now, and without a bug. */
const [PACKED, SOUND] = ['worker.mjs', 'sound-worker.mjs'];

/** Those of tsconfig.json that change what is emitted. */
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ES2022,
  experimentalDecorators: true,
  useDefineForClassFields: false,
};

export class SimWorkshop extends Workshop {
  /** So many, each to be broken in another way. */
  static async open(count: number): Promise<SimWorkshop[]> {
    const first = new SimWorkshop(await Workshop.copyOf(COPIED));
    await first.compileAll();
    await first.pack();
    await copyFile(first.inTools(PACKED), first.inTools(SOUND));
    const others = Array.from({ length: count - 1 }, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'nest-es-mutants-'));
      await cp(first.folder, folder, { recursive: true, verbatimSymlinks: true });
      return new SimWorkshop(folder);
    });
    return [first, ...(await Promise.all(others))];
  }

  /** What a worker's process is started with. */
  get worker(): string {
    return this.inTools(PACKED);
  }

  override async with<T>(breakage: Breakage, work: () => Promise<T>): Promise<T> {
    try {
      return await super.with(breakage, async () => {
        await this.compile(breakage.file);
        await this.pack();
        return work();
      });
    } finally {
      await this.compile(breakage.file);
      await copyFile(this.inTools(SOUND), this.inTools(PACKED));
    }
  }

  private async compileAll(): Promise<void> {
    const names = await readdir(this.folder, { recursive: true });
    const sources = names.filter((name) => /^(libs|tools)\/.*(?<!\.spec|\.d)\.ts$/.test(name));
    for (const name of sources) await this.compile(name);
  }

  private pack(): Promise<void> {
    return pack(this.inTools('worker.js'), this.inTools(), PACKED);
  }

  private inTools(name = ''): string {
    return join(this.folder, 'tools', 'sim', name);
  }

  private async compile(file: string): Promise<void> {
    const source = await readFile(join(this.folder, file), 'utf8');
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    await writeFile(join(this.folder, file.replace(/\.ts$/, '.js')), outputText);
  }
}

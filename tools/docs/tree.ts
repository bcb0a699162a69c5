// The repository as the generators see it: what lies on disk, under what they have decided to write. Nothing is written before the end.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

export class Tree {
  private readonly pending = new Map<string, string | undefined>();

  constructor(readonly root: string) {}

  /** Undefined where there is no such file. Paths are relative to the root, with forward slashes. */
  read(path: string): string | undefined {
    if (this.pending.has(path)) return this.pending.get(path);
    const file = join(this.root, path);
    return existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined;
  }

  exists(path: string): boolean {
    if (this.pending.has(path)) return this.pending.get(path) !== undefined;
    return existsSync(join(this.root, path)) || [...this.pending.keys()].some((file) => file.startsWith(`${path}/`));
  }

  write(path: string, text: string): void {
    if (this.read(path) === text) return;
    this.pending.set(path, text);
  }

  remove(path: string): void {
    if (this.read(path) !== undefined) this.pending.set(path, undefined);
  }

  /** Files below a folder that end so, sorted; folders of packages and of builds are passed over. */
  files(folder: string, ending: string): string[] {
    const found = new Set(this.onDisk(folder, ending));
    for (const [path, text] of this.pending) {
      if (text === undefined) found.delete(path);
      else if (path.endsWith(ending) && (folder === '' || path.startsWith(`${folder}/`))) found.add(path);
    }
    return [...found].sort();
  }

  /** Files directly in the root that end so, sorted. */
  topFiles(ending: string): string[] {
    return readdirSync(this.root, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
      .map(({ name }) => name)
      .sort();
  }

  /** Names of the folders directly below one, sorted. */
  folders(folder: string): string[] {
    const path = join(this.root, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !PASSED_OVER.has(entry.name))
      .map(({ name }) => name)
      .sort();
  }

  /** What differs from the disk: paths, sorted. */
  changes(): string[] {
    return [...this.pending.keys()].sort();
  }

  save(): void {
    for (const [path, text] of this.pending) {
      const file = join(this.root, path);
      if (text === undefined) rmSync(file);
      else {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    }
    this.pending.clear();
  }

  private onDisk(folder: string, ending: string): string[] {
    const path = join(this.root, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return PASSED_OVER.has(entry.name) ? [] : this.onDisk(name, ending);
      return entry.isFile() && name.endsWith(ending) ? [name] : [];
    });
  }
}

const PASSED_OVER = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.cache']);

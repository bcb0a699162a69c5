// A program of TypeScript with one file that is not on disk: asks the compiler about the sources without changing them.
import { join } from 'node:path';
import ts from 'typescript';

export interface Probe {
  readonly program: ts.Program;
  readonly source: ts.SourceFile;
}

/** `name` is where the file would be, from the root; it may import what is there. */
export function probeProgram(root: string, name: string, text: string): Probe {
  const path = join(root, name);
  const options = optionsOf(root);
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    getSourceFile: (file, ...rest) =>
      file === path ? ts.createSourceFile(file, text, rest[0]) : disk.getSourceFile(file, ...rest),
    fileExists: (file) => file === path || disk.fileExists(file),
    readFile: (file) => (file === path ? text : disk.readFile(file)),
  };
  const program = ts.createProgram([path], options, host);
  return { program, source: program.getSourceFile(path)! };
}

/** What an event stores of an instance: its fields. */
export const DATA_OF_EVENT =
  'type Data<E> = { readonly [K in keyof E as E[K] extends (...given: never) => unknown ? never : K]: E[K] };';

function optionsOf(root: string): ts.CompilerOptions {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent({ ...config.config, files: [], include: [] }, ts.sys, root);
  return { ...options, noEmit: true, types: [] };
}

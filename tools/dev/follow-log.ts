// Shows a service's log file as it grows, one readable line for each line of JSON, with the service's name in front.
import { open, stat } from 'node:fs/promises';

/** Between two looks, in milliseconds. */
const EVERY_MS = 100;

/** Nest's account of how it builds itself, at every restart: the log file has it, a developer need not read it. */
const NOISE = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver']);

/** Begins at the present end of the file, which need not be there yet. Returns what ends it. */
export async function followLog(file: string, show: (line: string) => void): Promise<() => void> {
  let offset = await sizeOf(file);
  let rest = '';
  let reading = false;
  const look = async (): Promise<void> => {
    if (reading) return;
    reading = true;
    try {
      const size = await sizeOf(file);
      if (size < offset) offset = 0; // a new file
      if (size === offset) return;
      const chunk = rest + (await read(file, offset, size - offset));
      offset = size;
      const lines = chunk.split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const text = readable(line);
        if (text !== undefined) show(text);
      }
    } finally {
      reading = false;
    }
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  return () => clearInterval(timer);
}

/** `12:00:01.123 info (http) POST /orders 201`; text that is no JSON stays as it is; undefined for what nobody needs to read. */
export function readable(line: string): string | undefined {
  const fields = parse(line);
  if (!fields) return line === '' ? undefined : line;
  const field = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const context = field('context');
  if (field('level') === 'info' && NOISE.has(context)) return undefined;
  const head = [
    field('time').slice(11, 23),
    field('level'),
    ...(context === '' ? [] : [`(${context})`]),
    field('msg'),
  ].join(' ');
  const { stack } = (fields['err'] ?? {}) as { stack?: unknown };
  return typeof stack === 'string' ? `${head}\n${stack}` : head;
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => ({ size: 0 }))).size;
}

async function read(file: string, from: number, length: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, from);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}

// The browser of this machine: that of CHROMIUM, or one on the PATH. It is fetched by nobody, and runs without a network of its own.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROMIUM, PATH = '' } = environment;
  if (CHROMIUM) return CHROMIUM;
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return places.find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--allow-file-access-from-files',
];
const WITHIN_MS = 120_000;
/** Of the page's own clock, which runs as fast as it can: enough for timers of hundreds of diagrams. */
const VIRTUAL_MS = 60_000;

/** The DOM of a page once it has come to rest. @throws Error when the browser fails. */
export async function dumpDom(chromium: string, url: string): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'docs-chromium-'));
  // As root Chromium refuses its sandbox; the page is our own.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [
    ...FLAGS,
    ...asRoot,
    `--user-data-dir=${profile}`,
    `--virtual-time-budget=${VIRTUAL_MS}`,
    '--dump-dom',
    url,
  ];
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(chromium, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: WITHIN_MS,
        killSignal: 'SIGKILL',
      });
      let [dom, said] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (dom += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.once('error', (error) => reject(new Error(`${chromium} cannot be started: ${error.message}`)));
      child.once('close', (code) => {
        if (code === 0) resolve(dom);
        else reject(new Error(`${chromium} ended with ${code ?? 'a signal'}:\n${said}`));
      });
    });
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

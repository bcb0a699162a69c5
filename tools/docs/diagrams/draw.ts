// Hands the diagrams to mermaid in a local page, and reads what became of them out of its DOM.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { dumpDom } from './chromium.js';

/** Exact, so that a diagram does not break by itself. No dependency of the starter: fetched when diagrams are drawn. */
const MERMAID = 'mermaid@12.3.0';
const FOLDER = join('.cache', 'mermaid');

export interface Diagram {
  readonly file: string;
  readonly line: number;
  readonly source: string;
}

export interface Drawn {
  readonly svg?: string;
  readonly error?: string;
}

/** In the order of the diagrams. */
export async function draw(root: string, chromium: string, diagrams: readonly Diagram[]): Promise<Drawn[]> {
  const script = await fetchMermaid(root);
  const folder = await mkdtemp(join(tmpdir(), 'docs-diagrams-'));
  try {
    const page = join(folder, 'index.html');
    await writeFile(page, pageOf(pathToFileURL(script).href, diagrams));
    const dom = await dumpDom(chromium, pathToFileURL(page).href);
    const result = /data-result="([^"]*)"/.exec(dom)?.[1];
    if (result === undefined) throw new Error(`${chromium} did not finish drawing the diagrams.`);
    return JSON.parse(Buffer.from(result, 'base64').toString('utf8')) as Drawn[];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchMermaid(root: string): Promise<string> {
  const version = MERMAID.split('@')[1]!;
  const folder = resolve(root, FOLDER, version);
  const script = join(folder, 'node_modules', 'mermaid', 'dist', 'mermaid.min.js');
  if (existsSync(script)) return script;
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  await promisify(execFile)('npm', [...args, MERMAID], { maxBuffer: 16_000_000 });
  return script;
}

/** The result stands in an attribute, base64: nothing in it is taken for HTML. */
function pageOf(script: string, diagrams: readonly Diagram[]): string {
  const sources = JSON.stringify(diagrams.map(({ source }) => source)).replaceAll('<', '\\u003c');
  return `<!doctype html><meta charset="utf-8"><body><script src="${script}"></script><script>
    const sources = ${sources};
    const base64 = (text) => btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
    (async () => {
      mermaid.initialize({ startOnLoad: false });
      const drawn = [];
      for (const [index, source] of sources.entries()) {
        try {
          await mermaid.parse(source);
          drawn.push({ svg: (await mermaid.render('diagram-' + index, source)).svg });
        } catch (error) {
          drawn.push({ error: String(error && error.message || error) });
        }
      }
      document.body.dataset.result = base64(JSON.stringify(drawn));
    })();
  </script></body>`;
}

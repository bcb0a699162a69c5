// Puts the same questions to this starter and to its peers, each from npm, on a real PostgreSQL, and prints the answers as a table.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '../../tools/postgres/index.ts';

const HERE = new URL('.', import.meta.url).pathname;
const ROOT = join(HERE, '../..');
const PLACE = join(ROOT, '.cache/compare');
const PEERS = ['emmett', 'castore', 'ocoda', 'event-nest', 'nestjs-cqrs'];
const STARTER = 'starter';
const REGRESSIONS = 'libs/event-store/src/nest/cqrs-regressions.unit.spec.ts';
const USAGE = `node --import tsx bench/compare/run.mjs [NAME …]

Installs each peer into .cache/compare/NAME, puts the questions to it and prints the answers. Without a name: all of
${[STARTER, ...PEERS].join(', ')}`;

/** The questions, in the order of the table. */
const QUESTIONS = [
  'same id twice',
  'same expected version',
  'a version that leaves a gap',
  'UPDATE of an event',
  'a subscriber that starts later',
  'a slow transaction',
  'a slow transaction beside a rolled-back one',
  'that event, read again from the beginning',
  'publish',
  'a handler that throws once',
  'a saga that throws once',
  'snapshots',
  'installed',
];

const run = promisify(execFile);

async function main(names) {
  if (names.includes('--help')) return console.log(USAGE);
  const unknown = names.find((name) => name !== STARTER && !PEERS.includes(name));
  if (unknown) throw new Error(`There is nothing called ${unknown} to compare with.\n\n${USAGE}`);
  const wanted = names.length > 0 ? names : [STARTER, ...PEERS];
  const scratch = await mkdtemp(join(tmpdir(), 'compare-'));
  const postgres = await startPostgres({ dataDir: join(scratch, 'postgres') });
  try {
    const columns = [];
    for (const name of wanted) {
      const database = `compare_${name.replaceAll('-', '_')}`;
      await postgres.createDatabase(database);
      columns.push({ name, ...(await (name === STARTER ? starter : peer)(name, postgres.url(database))) });
      console.error(`${name}: done`);
    }
    print(columns);
  } finally {
    await postgres.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function peer(name, url) {
  const place = join(PLACE, name);
  await cp(join(HERE, name), place, { recursive: true });
  await cp(join(HERE, 'report.mjs'), join(place, 'report.mjs'));
  await run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'], { cwd: place });
  const { dependencies } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'));
  const looked = Object.entries(dependencies).filter(([dependency]) =>
    /emmett|castore|ocoda|event-nest|cqrs/.test(dependency),
  );
  const answers = await ask(['check.mjs'], place, url);
  answers.set('installed', await installedSize(join(place, 'node_modules')));
  return { version: looked.map(([dependency, version]) => `${dependency} ${version}`).join(', '), answers };
}

async function starter(_name, url) {
  const answers = await ask(['--import', 'tsx', join(HERE, 'starter/check.mjs')], ROOT, url);
  // Its test titles are the answers: an exception in a handler or a saga is tried again, and later events go on.
  await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', REGRESSIONS], { cwd: ROOT });
  answers.set('a handler that throws once', 'is tried again; later events are handled');
  answers.set('a saga that throws once', 'is tried again; later events reach it');
  return { version: 'this commit', answers };
}

async function ask(args, cwd, url) {
  const { stdout } = await run(process.execPath, args, {
    cwd,
    env: { ...process.env, DATABASE_URL: url },
    timeout: 180_000,
  });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"check"'));
  return new Map(lines.map((line) => JSON.parse(line)).map(({ check, result }) => [check, result]));
}

async function installedSize(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath ?? file.path, file.name))).size),
  );
  const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { cwd: join(folder, '..') }).catch(
    (error) => error,
  );
  const packages = stdout.trim().split('\n').length - 1;
  return `${packages} packages, ${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6)} MB`;
}

function print(columns) {
  console.log(`Node ${process.version}, ${new Date().toISOString().slice(0, 10)}\n`);
  console.log(`| | ${columns.map(({ name }) => name).join(' | ')} |`);
  console.log(`|---|${columns.map(() => '---').join('|')}|`);
  console.log(`| version | ${columns.map(({ version }) => version).join(' | ')} |`);
  for (const check of QUESTIONS) {
    console.log(`| ${check} | ${columns.map(({ answers }) => answers.get(check) ?? '–').join(' | ')} |`);
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.stderr || error.message);
  process.exitCode = 1;
});

// `npm run reset`: drops what `npm start` keeps in ./data. Refuses while a system runs there; a server left behind by a crash is stopped.
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { endLeftover } from './kafka/broker-process.js';
import { dropVolume } from './kafka/docker.js';
import { isAlive, isPostgres, waitForEnd } from './postgres/process.js';
import { claimant } from './system/claim.js';

const holder = await claimant('data');
if (holder !== undefined) {
  console.error(`A system is running on ./data (process ${holder}). Stop it with Ctrl-C, then reset again.`);
  process.exit(1);
}
const pidFile = await readFile(join('data', 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
const pid = Number(pidFile.split('\n')[0]);
if (pid > 0 && isAlive(pid) && (await isPostgres(pid))) {
  process.kill(pid, 'SIGQUIT');
  await waitForEnd(pid, 10_000);
}
await endLeftover(resolve('data', 'kafka'));
await dropVolume(resolve('data', 'kafka'));
await rm('data', { recursive: true, force: true });
console.log('Dropped ./data. The next start begins empty, with new keys.');

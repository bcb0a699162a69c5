// `npm run reset`: drops what `npm start` keeps in ./data. Refuses while the database runs.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const pidFile = join('data', 'postgres', 'postmaster.pid');
const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);

function isAlive(candidate: number): boolean {
  try {
    process.kill(candidate, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

if (pid > 0 && isAlive(pid)) {
  console.error(`PostgreSQL (pid ${pid}) is still running on ./data. Stop \`npm start\` first, then reset again.`);
  process.exit(1);
}
await rm('data', { recursive: true, force: true });
console.log('Dropped ./data. The next start begins empty, with new keys.');

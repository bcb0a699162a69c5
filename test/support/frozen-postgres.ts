// A PostgreSQL that keeps its connections and answers nothing on them.
import { readFile } from 'node:fs/promises';
import { freezeProcess } from '../../tools/kafka/freeze.js';

/** The postmaster first, so that no backend is born meanwhile; returns what wakes all of them. Linux only. */
export async function freezePostgres(postmaster: number): Promise<() => void> {
  await freezeProcess(postmaster);
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  const backends = children.trim().split(' ').map(Number);
  await Promise.all(backends.map(freezeProcess));
  return () => {
    for (const pid of [...backends, postmaster]) process.kill(pid, 'SIGCONT');
  };
}

// PostgreSQL refuses to run as root. When we are root (containers, CI), it runs as the unprivileged "nobody".
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface ServerOwner {
  readonly uid: number;
  readonly gid: number;
}

const NOBODY: ServerOwner = { uid: 65534, gid: 65534 };

/** The user the server must run as; undefined: as ourselves. */
export function serverOwner(): ServerOwner | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** Whether `owner` may step through every folder down to `path` and read there. Looks at mode bits only. */
export async function isReachable(path: string, owner: ServerOwner): Promise<boolean> {
  let needed = 0o5; // the folder itself must be readable, those above only passable
  for (let folder = path; ; folder = dirname(folder)) {
    const { uid, gid, mode } = await stat(folder);
    const bits = uid === owner.uid ? mode >> 6 : gid === owner.gid ? mode >> 3 : mode;
    if ((bits & needed) !== needed) return false;
    if (folder === dirname(folder)) return true;
    needed = 0o1;
  }
}

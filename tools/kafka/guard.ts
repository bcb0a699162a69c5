// What we start must not outlive us, not even when we are killed: a shell that waits for our end of a pipe to close, then cleans up.
import { spawn, type ChildProcess } from 'node:child_process';

/** Runs `script` (POSIX shell, `$1` … are `args`) once this process is gone. Returns what calls it off. */
export function whenWeAreGone(script: string, ...args: readonly string[]): () => void {
  // `read` returns when the pipe closes, which the kernel does for us however we end. A group of its own: Ctrl-C is not for it.
  const guard: ChildProcess = spawn('sh', ['-c', `while read -r _; do :; done\n${script}`, 'guard', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined); // without a shell there is no guard
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void }).unref?.();
  return () => guard.kill('SIGKILL');
}

// Runs a script of package.json as the user would, with its output on the terminal.
import { spawn } from 'node:child_process';

/** Whether it ended well. */
export function runScript(root: string, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', name], { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

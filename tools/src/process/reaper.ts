import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

let reaper: ChildProcess | undefined;

function sendLine(line: string): void {
  if (!reaper) {
    reaper = spawn(process.execPath, [fileURLToPath(new URL('./reaper.mjs', import.meta.url))], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    });
    reaper.unref();
    // A reaper that has died must not end this process too.
    reaper.stdin?.on('error', () => undefined);
    if (reaper.stdin instanceof Socket) reaper.stdin.unref();
  }
  reaper.stdin?.write(line);
}

/** Ensures that the process group `pid` doesn't outlive this process, not even after kill -9. */
export const guard = (pid: number): void => sendLine(`+${pid}\n`);

/** Call this when the process group `pid` has exited. */
export const release = (pid: number): void => sendLine(`-${pid}\n`);

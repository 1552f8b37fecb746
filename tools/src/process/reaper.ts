import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

let reaper: ChildProcess | undefined;

function tell(line: string): void {
  if (!reaper) {
    reaper = spawn(process.execPath, [fileURLToPath(new URL('./reaper.mjs', import.meta.url))], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
    });
    reaper.unref();
    if (reaper.stdin instanceof Socket) reaper.stdin.unref();
  }
  reaper.stdin?.write(line);
}

/** From now on the process group `pid` ends at the latest when this process does, even by kill -9. */
export const guard = (pid: number): void => tell(`+${pid}\n`);

/** The process group `pid` is gone. */
export const release = (pid: number): void => tell(`-${pid}\n`);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Kills the reaper and writes to it before Node notices the exit. The guarded id belongs to no process. */
const PROGRAM = `
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
const { guard, release } = await import('${import.meta.resolve('../../tools/src/process/reaper.ts')}');
const children = () => readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').split(' ').filter(Boolean);
const before = children();
guard(2 ** 30);
const [reaper] = children().filter((pid) => !before.includes(pid));
process.kill(Number(reaper), 'SIGKILL');
while (readFileSync('/proc/' + reaper + '/stat', 'utf8').split(' ')[2] !== 'Z');
release(2 ** 30);
await setImmediate();
process.stderr.write('still running');
`;

describe('guard', () => {
  it.skipIf(!existsSync('/proc/self/task'))('should survive the death of the reaper', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(errors).toBe('still running');
  });
});

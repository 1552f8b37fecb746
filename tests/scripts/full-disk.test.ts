import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** A device where every write fails as if the disk were full. */
const FULL = '/dev/full';

const PROGRAM = `
const { createLogger } = await import('${import.meta.resolve('../../service/src/observe/log.ts')}');
const log = createLogger('test', 'info');
for (let i = 0; i < 5; i++) {
  log.info('a line');
  await new Promise((resolve) => setTimeout(resolve, 10));
}
process.stderr.write('still running');
`;

describe('createLogger', () => {
  it.skipIf(!existsSync(FULL))('should keep the process running when the disk is full', async () => {
    const full = openSync(FULL, 'w');
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM], {
      stdio: ['ignore', full, 'pipe'],
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    closeSync(full);
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(errors).toBe('still running');
  });
});

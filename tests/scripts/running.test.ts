import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-running-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Registers itself, then looks for a running copy. */
const SCRIPT = `
  import { findRunning, registerRunning } from '${import.meta.resolve('../../tools/src/start/instance/running.ts')}';
  const dir = process.argv[2];
  registerRunning('/folder', [dir]);
  console.log(await findRunning(dir));`;

it('should ignore a leftover registration that has this process’s id, and remove its own on exit', async () => {
  const flags = ['--import', import.meta.resolve('tsx'), '--input-type=module'];
  // `cli.ts` makes the command look like that of `npm start`.
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', SCRIPT, 'cli.ts', dir]);
  expect(stdout).toBe('undefined\n');
  expect(readdirSync(dir)).toEqual([]);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-log-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('LogFile', () => {
  it('should report consecutive write failures once, and resume writing when it can', () => {
    const errors: unknown[] = [];
    const path = join(dir, 'log', 'tocsin.log');
    const file = new LogFile(path, (error) => errors.push(error));
    file.write('first');
    rmSync(join(dir, 'log'), { recursive: true });
    file.write('lost');
    file.write('lost too');
    expect(errors.length).toBe(1);
    const second = new LogFile(path, (error) => errors.push(error));
    file.write('written');
    second.write('by another');
    expect(readFileSync(path, 'utf8')).toBe('written\nby another\n');
    rmSync(join(dir, 'log'), { recursive: true });
    file.write('lost');
    expect(errors.length).toBe(2);
  });
});

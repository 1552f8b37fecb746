import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogReader } from './log-reader.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-reader-'));
  path = join(dir, 'tocsin.log');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function newLines(reader: LogReader): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of reader.newLines()) lines.push(line);
  return lines;
}

it('should read each line once, starting with those in the renamed file', async () => {
  writeFileSync(`${path}.1`, 'renamed\n');
  writeFileSync(path, 'first\n');
  const reader = new LogReader(path);
  expect(await newLines(reader)).toEqual(['renamed', 'first']);
  expect(await newLines(reader)).toEqual([]);
  appendFileSync(path, 'second\n');
  expect(await newLines(reader)).toEqual(['second']);
});

it('should read the rest of a renamed file before the new file', async () => {
  writeFileSync(`${path}.1`, 'oldest\n');
  writeFileSync(path, 'first\n');
  const reader = new LogReader(path);
  await newLines(reader);
  appendFileSync(path, 'second\n');
  renameSync(path, `${path}.1`);
  expect(await newLines(reader)).toEqual(['second']);
  writeFileSync(path, 'a line that is longer than the renamed file\n');
  expect(await newLines(reader)).toEqual(['a line that is longer than the renamed file']);
});

it('should wait for a missing file, and read an emptied file from its start', async () => {
  const reader = new LogReader(path);
  expect(await newLines(reader)).toEqual([]);
  writeFileSync(path, 'a long line\n');
  expect(await newLines(reader)).toEqual(['a long line']);
  writeFileSync(path, 'short\n');
  expect(await newLines(reader)).toEqual(['short']);
});

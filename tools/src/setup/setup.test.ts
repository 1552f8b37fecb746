import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildIntoCache } from './build-into-cache.ts';
import { isNewEnough } from './dapr/dapr.ts';
import { hashOf } from './hash.ts';
import { takeLock, withLock } from './lock.ts';
import { sayNothing } from './say.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tocsin-setup-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('hashOf', () => {
  const write = (path: string, text: string) => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  const hash = () => hashOf(dir, ['ui', 'lock.json']);

  it('should not change if a source is rewritten unchanged, or files are built or installed', () => {
    write('ui/src/a.ts', 'a');
    const before = hash();
    write('ui/src/a.ts', 'a');
    write('ui/dist/a.js', 'built');
    write('ui/node_modules/x/a.js', 'installed');
    expect(hash()).toBe(before);
  });

  it.each([
    ['changed', () => write('ui/src/a.ts', 'b')],
    ['added', () => write('ui/src/b.ts', 'a')],
    ['removed', () => rmSync(join(dir, 'ui/src/a.ts'))],
    ['renamed', () => (rmSync(join(dir, 'ui/src/a.ts')), write('ui/src/c.ts', 'a'))],
    ['added at a listed path that did not exist before', () => write('lock.json', '{}')],
  ])('should change when a file is %s', (_, change) => {
    write('ui/src/a.ts', 'a');
    const before = hash();
    change();
    expect(hash()).not.toBe(before);
  });

  it('should change if bytes move from one file to the next', () => {
    write('ui/a', '12');
    write('ui/b', '3');
    const before = hash();
    write('ui/a', '1');
    write('ui/b', '23');
    expect(hash()).not.toBe(before);
  });
});

describe('withLock', () => {
  const lock = () => join(dir, 'sub', 'lock');
  const other = () => join(dir, 'sub', 'other');

  it('should let only one holder run at a time', async () => {
    const steps: string[] = [];
    const work = (name: string) => () => {
      steps.push(`${name} begins`);
      return delay(50).then(() => steps.push(`${name} ends`));
    };
    const waits: number[] = [];
    const note = (holder: number) => waits.push(holder);
    await Promise.all([withLock(lock(), work('a'), note), withLock(lock(), work('b'), note)]);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(waits).toEqual([process.pid]);
  });

  it.each([
    ['a dead process’s lock', 4_194_305],
    ['a lock with this process’s id, left from before the container restarted', process.pid],
  ])('should take over %s', async (_, pid) => {
    mkdirSync(join(dir, 'sub'));
    writeFileSync(lock(), String(pid));
    expect(takeLock(lock())).toBe(true);
    expect(takeLock(lock())).toBe(false);
    writeFileSync(other(), String(pid));
    expect(
      await withLock(
        other(),
        async () => readFileSync(other(), 'utf8'),
        () => undefined,
      ),
    ).toBe(String(process.pid));
  });

  it('should release the lock when the work fails', async () => {
    const failing = withLock(
      lock(),
      () => Promise.reject(new Error('no')),
      () => undefined,
    );
    await expect(failing).rejects.toThrow('no');
    expect(
      await withLock(
        lock(),
        async () => 'next',
        () => undefined,
      ),
    ).toBe('next');
  });
});

describe('buildIntoCache', () => {
  const target = () => join(dir, 'cache', 'product');
  const writeFolder = (partial: string) => {
    mkdirSync(partial);
    writeFileSync(join(partial, 'file'), 'built');
    return Promise.resolve();
  };
  const buildWith = (build: (partial: string) => Promise<void>) =>
    buildIntoCache({ target: target(), name: 'a product', build }, sayNothing);

  it('should build only once if two builds start at the same time', async () => {
    let builds = 0;
    const build = async (partial: string) => {
      builds++;
      await delay(50);
      await writeFolder(partial);
    };
    await Promise.all([buildWith(build), buildWith(build)]);
    expect(await buildWith(build)).toBe(target());
    expect([builds, readdirSync(target())]).toEqual([1, ['file']]);
  });

  it('should clean up when a build fails, and rebuild next time', async () => {
    const failing = buildWith(async (partial) => {
      await writeFolder(partial);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(readdirSync(join(dir, 'cache'))).toEqual([]);
    await buildWith(writeFolder);
    expect(readdirSync(join(dir, 'cache'))).toEqual(['product']);
  });

  it('should first remove leftovers from an interrupted build', async () => {
    mkdirSync(`${target()}.partial`, { recursive: true });
    writeFileSync(join(`${target()}.partial`, 'leftover'), '');
    await buildWith(writeFolder);
    expect(readdirSync(target())).toEqual(['file']);
  });
});

describe('isNewEnough', () => {
  it.each(['1.18.0', '1.18.1\n', 'v1.18.1', '1.18-mariner', '1.20.0-rc.1', '2.0.0'])(
    'should accept %s',
    (version) => {
      expect(isNewEnough(version)).toBe(true);
    },
  );
  it.each(['1.17.9', 'v1.17.4', '1.17-mariner', '0.99.0'])('should reject %s', (version) => {
    expect(isNewEnough(version)).toBe(false);
  });
  it.each(['', 'edge', 'n/a', '1'])('should return undefined for %j, which has no version', (version) => {
    expect(isNewEnough(version)).toBeUndefined();
  });
});

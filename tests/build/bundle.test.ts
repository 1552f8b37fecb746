import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Caller, Observer, makeNotifications } from '@tocsin/lab';
import { bundle, startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PARTITION_ACTOR_TYPE } from '@tocsin/contracts';
import { hostedTypes } from '../support/processes/hosting.ts';

describe('the bundles', () => {
  // Outside the repository, no node_modules folder can hide a missing dependency.
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-bundles-'));
  const files = {
    producer: join(dir, 'producer', 'dist', 'main.js'),
    bff: join(dir, 'bff', 'dist', 'main.js'),
  };
  let stack: Stack | undefined;

  beforeAll(async () => {
    await bundle('producer', { file: files.producer });
    await bundle('bff', { file: files.bff });
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it.each(['producer', 'bff'] as const)('should contain no failpoints: %s', (app) => {
    const code = readFileSync(files[app], 'utf8');
    expect(code).toContain('LOG_LEVEL');
    expect(code.match(/FAILPOINTS|SIGSTOP|before-deposit|"SIGKILL"/g)).toBeNull();
  });

  it('should deliver a notification and ignore FAILPOINTS', async () => {
    const run = (file: string) => ({ cwd: dir, command: [process.execPath, file] as const });
    stack = await startStack({
      apps: { producer: run(files.producer), bff: run(files.bff) },
      producerEnv: { FAILPOINTS: 'before-deposit=kill' },
      bffEnv: { FAILPOINTS: 'received=kill' },
    });
    const [producer] = stack.producers;
    const [bff] = stack.bffs;
    if (!producer || !bff) throw new Error('the stack lacks a producer or a bff');
    const observer = new Observer('one', bff.url);
    await observer.ready();
    const caller = new Caller({ urls: [producer.url] });
    await caller.post(makeNotifications(1));
    await observer.untilShown(caller.acknowledged.keys());
    observer.close();
    const { bffs } = stack;
    // While placement isn't ready, turns run without the actor.
    await expect
      .poll(async () => {
        await caller.post(makeNotifications(1));
        return (await Promise.all(bffs.map(hostedTypes))).flat();
      })
      .toEqual([PARTITION_ACTOR_TYPE]);
    expect([producer, ...stack.bffs].filter(({ app }) => !app.running)).toEqual([]);
  });
});

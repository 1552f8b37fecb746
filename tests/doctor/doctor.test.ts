import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examine, startStack, type Finding, type Pair, type Stack } from '@tocsin/tools';
import { plainTarget } from '@tocsin/service/redis';
import { parseRedisInfo } from '@tocsin/service/redis-info';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/state.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Report {
  findings: Finding[];
}

let stack: Stack;
let second: Pair;
let redis: ReturnType<typeof createClient>;
let resources: string;

beforeAll(async () => {
  stack = await startStack();
  second = stack.bffs[1] as Pair;
  redis = createClient({ url: `redis://${stack.redisHost}` });
  redis.on('error', () => undefined);
  await redis.connect();
  resources = mkdtempSync(join(tmpdir(), 'tocsin-doctor-'));
});
afterAll(async () => {
  redis.destroy();
  await stack.stop();
  rmSync(resources, { recursive: true, force: true });
});

const tokenOf = (pair: Pair): string => pair.daprHeaders['dapr-api-token'] ?? '';

/** Runs the command as a user would. */
function runDoctor(...options: string[]): Promise<{ code: number; output: string }> {
  const addresses = [
    ...stack.producers.flatMap(({ url, daprUrl }) => ['--producer', url, '--sidecar', daprUrl]),
    ...stack.bffs.flatMap(({ url, daprUrl }) => ['--bff', url, '--sidecar', daprUrl]),
    ...['--redis', stack.redisHost],
  ];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'tools/src/cli.ts', 'doctor', ...addresses, ...options],
      { cwd: ROOT, env: { ...process.env, DAPR_API_TOKEN: tokenOf(second) } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, output: stdout || stderr }),
    );
  });
}

const nameOf = (pair: string): string => pair.replace('producer-1', 'producer');

/** Runs the doctor's checks in this process. */
async function runChecks(): Promise<Report> {
  const pairs = [...stack.producers, ...stack.bffs];
  return {
    findings: await examine({
      producers: stack.producers.map(({ url, name }) => ({ url, name: nameOf(name) })),
      bffs: stack.bffs.map(({ url, name }) => ({ url, name })),
      sidecars: pairs.map(({ daprUrl, name }) => ({ url: daprUrl, name: nameOf(name) })),
      redis: plainTarget(stack.redisHost),
      daprApiToken: tokenOf(second),
      token: undefined,
      apiKey: undefined,
    }),
  };
}

const unhealthyFindings = ({ findings }: Report) => findings.filter(({ state }) => state !== 'ok');
const faultNames = ({ findings }: Report) =>
  findings.filter(({ state }) => state === 'fault').map(({ check }) => check);

/** Waits until the report has no errors or warnings. A repair takes a moment to show up. */
const expectHealth = () =>
  eventually(async () => {
    return unhealthyFindings(await runChecks()).length === 0;
  }, 40_000);

const faultOf = (report: Report, check: string) => {
  const finding = report.findings.find((candidate) => candidate.check === check);
  expect(report.findings.filter(({ state }) => state !== 'ok')).toContainEqual(finding);
  expect(finding).toMatchObject({ state: 'fault' });
  expect(finding?.remedy).toBeTruthy();
  return finding?.says ?? '';
};

describe('npm run doctor', () => {
  it('should report no errors for a healthy system, and print a line for each check', async () => {
    const { code, output } = await runDoctor();
    expect(output).toMatch(/^\d+ checks: 0 errors, 0 warnings\.$/m);
    expect(code).toBe(0);
    const lines = output.trim().split('\n').slice(0, -2);
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
    for (const check of [
      ...['producer', 'bff-1', 'bff-2', 'sidecar of producer', 'sidecar of bff-2', 'components of bff-1'],
      ...['placement', 'scheduler', 'redis fsync', 'redis eviction', 'redis memory', 'clocks'],
      ...['canary at bff-1', 'canary at bff-2'],
    ]) {
      expect(lines.filter((line) => line.slice(7).startsWith(`${check} `))).toHaveLength(1);
    }
  });

  it('should report a Redis that evicts keys, doesn’t sync every write or has no append-only file', async () => {
    await redis.configSet({ appendfsync: 'everysec', 'maxmemory-policy': 'allkeys-lru' });
    const report = await runChecks();
    expect(faultOf(report, 'redis fsync')).toContain('appendfsync is everysec');
    expect(unhealthyFindings(report).map(({ check }) => check)).toEqual(['redis fsync', 'redis eviction']);
    await redis.configSet({ appendonly: 'no', 'maxmemory-policy': 'noeviction' });
    expect(faultOf(await runChecks(), 'redis fsync')).toContain('appendonly is off');
    await redis.configSet({ appendfsync: 'always', appendonly: 'yes' });
  });

  it('should report a Redis that is full or nearly full', async () => {
    const limitMemory = async (factor: number) => {
      const used = Number(parseRedisInfo(await redis.info('memory')).get('used_memory'));
      await redis.configSet('maxmemory', String(Math.round(used * factor)));
    };
    // Reset the limit for each attempt, since memory usage fluctuates.
    await eventually(async () => {
      await limitMemory(1.1);
      const { findings } = await runChecks();
      return findings.some(({ check, says }) => check === 'redis memory' && says.startsWith('nearly full: '));
    });
    await limitMemory(0.5);
    const full = await runChecks();
    expect(faultOf(full, 'redis memory')).toMatch(/^full: /);
    expect(faultOf(full, 'canary')).toContain('503');
    const { code, output } = await runDoctor('--json');
    expect(code).toBe(1);
    expect((JSON.parse(output) as Report).findings.find(({ check }) => check === 'redis memory')?.state).toBe(
      'fault',
    );
    await redis.configSet('maxmemory', '0');
    await expectHealth();
  });

  it('should report a component that a sidecar hasn’t loaded', async () => {
    cpSync(join(ROOT, 'components'), resources, { recursive: true });
    rmSync(join(resources, 'notification-deadletters.yaml'));
    const { args } = second.sidecar.spec;
    const other = args.map((word) => (word === join(ROOT, 'components') ? resources : word));
    expect(other).not.toEqual(args);
    await second.sidecar.stop();
    Object.assign(second.sidecar.spec, { args: other });
    await second.sidecar.start();
    const report = await eventually(async () => {
      const now = await runChecks();
      const faults = faultNames(now);
      return faults.includes('components of bff-2') && faults.includes('bff-2') && now;
    });
    expect(faultOf(report, 'components of bff-2')).toContain('notification-deadletters missing');
    expect(faultOf(report, 'bff-2')).toContain('notification-deadletters');
    expect(faultNames(report)).not.toContain('components of bff-1');
    Object.assign(second.sidecar.spec, { args });
    await second.sidecar.restart();
    await second.ready();
  });

  it('should report a sidecar that is down', async () => {
    await second.sidecar.kill();
    const report = await runChecks();
    expect(faultOf(report, 'sidecar of bff-2')).toContain('ECONNREFUSED');
    expect(faultOf(report, 'bff-2')).toContain('not ready');
    await second.sidecar.start();
    await second.ready();
  });

  it('should report placement and the scheduler when they are down', async () => {
    await stack.placement.kill();
    await stack.scheduler.kill();
    const report = await eventually(async () => {
      const now = await runChecks();
      const faults = faultNames(now);
      return faults.includes('placement') && faults.includes('scheduler') && now;
    });
    faultOf(report, 'placement');
    faultOf(report, 'scheduler');
    await stack.revive('placement');
    await stack.revive('scheduler');
    await expectHealth();
  });

  it('should report a bff that doesn’t exchange broadcasts with other instances', async () => {
    await second.app.restart({ env: { BROADCASTER: 'memory' } });
    await second.ready();
    // The restart pauses deliveries until the bff's feeds have a new host.
    const report = await eventually(async () => {
      const now = await runChecks();
      return faultNames(now).join() === 'canary at bff-2' && now;
    }, 60_000);
    expect(faultOf(report, 'canary at bff-2')).toMatch(/broadcasts do not reach it|did not broadcast it/);
    await second.app.restart();
    await second.ready();
    await expectHealth();
  });
});

import { describe, expect, it } from 'vitest';
import type { RunResult } from '../process/run.ts';
import { findDocker, type Docker } from './engine.ts';
import { buildImage, imageBytes, pushImage } from './image-steps.ts';
import { measureStart, startMsOf, type ContainerState } from './start-time.ts';

/** A fake Docker that returns the given results. */
const fakeDocker =
  (results: Record<string, Partial<RunResult>>, calls: string[] = []): Docker =>
  async (args) => {
    calls.push(args.join(' '));
    return { code: 0, output: '', stdout: '', stderr: '', ...results[args[0] ?? ''] };
  };
const facts = { version: '1.0.0', revision: 'abc' };
const state = (log: { ExitCode: number; End: string }[] | null, Running = true) =>
  JSON.stringify({ StartedAt: '2026-01-01T00:00:00Z', Running, Health: { Status: 'starting', Log: log } });

describe('error messages', () => {
  it('should explain where to get Docker if it isn’t installed', async () => {
    await expect(findDocker('/nowhere/docker')).rejects.toThrow('was not found');
  });

  it('should explain how to start an engine that does not respond', async () => {
    await expect(findDocker('false')).rejects.toThrow(/does not respond. Start it \(Docker Desktop/);
  });

  it('should contain a failed build’s output', async () => {
    const docker = fakeDocker({ build: { code: 1, output: 'npm error 404 Not Found' } });
    await expect(buildImage(docker, 'bff', 'tocsin-bff:1', facts)).rejects.toThrow(
      /Could not build tocsin-bff:1. Fix .*\n.*404/,
    );
  });

  it.each([
    ['denied: requested access to the resource is denied', '`docker login registry.example.com`'],
    ['http: server gave HTTP response to HTTPS client', 'insecure-registries'],
    ['dial tcp: lookup registry.example.com: no such host', 'Check that registry.example.com is correct'],
  ])('should contain the remedy when the registry returns %j', async (output, remedy) => {
    const docker = fakeDocker({ push: { code: 1, output } });
    await expect(pushImage(docker, 'registry.example.com/tocsin-ui:1')).rejects.toThrow(remedy);
  });

  it('should contain an exited container’s last log lines, even though the container is removed', async () => {
    const calls: string[] = [];
    const docker = fakeDocker(
      {
        run: { stdout: 'c1' },
        inspect: { stdout: state(null, false) },
        logs: { output: 'PORT: must be a whole number' },
      },
      calls,
    );
    await expect(measureStart(docker, 'tocsin-ui:1')).rejects.toThrow(/it has exited.*\nPORT: must be/);
    expect(calls.at(-1)).toBe('rm --force c1');
  });
});

describe('the start time', () => {
  it('should be measured until the first successful health check', () => {
    const log = [
      { ExitCode: 1, End: '2026-01-01T00:00:00.400Z' },
      { ExitCode: 0, End: '2026-01-01T00:00:00.700Z' },
      { ExitCode: 0, End: '2026-01-01T00:00:00.900Z' },
    ];
    expect(startMsOf(JSON.parse(state(log)) as ContainerState)).toBe(700);
    expect(startMsOf(JSON.parse(state(log.slice(0, 1))) as ContainerState)).toBeUndefined();
  });

  it('should be measured in a container that is hardened as in docker-compose.yml', async () => {
    const calls: string[] = [];
    const healthy = state([{ ExitCode: 0, End: '2026-01-01T00:00:01Z' }]);
    const docker = fakeDocker({ run: { stdout: 'c1' }, inspect: { stdout: healthy } }, calls);
    expect(await measureStart(docker, 'tocsin-ui:1')).toBe(1_000);
    expect(calls[0]).toMatch(/--read-only --cap-drop ALL --security-opt no-new-privileges tocsin-ui:1$/);
  });
});

describe('Docker’s warnings', () => {
  it('should not be taken for results', async () => {
    const stderr = 'WARNING: The requested image’s platform does not match';
    const withWarning = (stdout: string) => ({ stdout, stderr, output: `${stdout}\n${stderr}` });
    const calls: string[] = [];
    const healthy = state([{ ExitCode: 0, End: '2026-01-01T00:00:01Z' }]);
    const results = { run: withWarning('c1'), inspect: withWarning(healthy), image: withWarning('42') };
    const docker = fakeDocker(results, calls);
    expect(await measureStart(docker, 'tocsin-ui:1')).toBe(1_000);
    expect(calls.at(-1)).toBe('rm --force c1');
    expect(await imageBytes(docker, 'tocsin-ui:1')).toBe(42);
  });
});

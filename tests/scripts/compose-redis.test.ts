import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '@tocsin/tools';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

const serviceSchema = z.looseObject({
  entrypoint: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.unknown()).default({}),
});
const servicesIn = (file: string) =>
  z
    .object({ services: z.record(z.string(), serviceSchema) })
    .parse(parse(read(...file.split('/')), { merge: true, logLevel: 'silent' })).services;

describe('compose/redis-external.yml', () => {
  const base = servicesIn('docker-compose.yml');
  const changed = servicesIn('compose/redis-external.yml');

  it('should connect every service that reads the Redis password to the external Redis', () => {
    const users = Object.keys(base).filter((name) =>
      base[name]?.volumes.includes('redis-password:/secrets/redis:ro'),
    );
    expect(users).toContain('bff-1-dapr');
    for (const name of users.filter((user) => user !== 'redis')) {
      expect(changed[name]?.environment['REDIS_HOST'], name).toMatch(/^\$\{REDIS_HOST:\?/);
      expect(changed[name]?.volumes, name).toEqual([expect.stringMatching(/:\/secrets\/redis:ro$/)]);
      const { redis: _, ...others } = base[name]?.depends_on ?? {};
      if (name.endsWith('-dapr')) expect(changed[name]?.depends_on).toEqual(others);
    }
    expect(changed['redis']?.profiles).toEqual(['own-redis']);
  });

  it('should give the doctor the external Redis’s address, and the bff’s user instead of the user `operator`', () => {
    expect(base['doctor']?.entrypoint).toContain('--env-file=/secrets/operator/env');
    const { entrypoint, environment, volumes } = changed['doctor'] ?? {};
    expect(entrypoint).toEqual([]);
    expect(environment).toEqual(changed['bff-1']?.environment);
    expect(volumes).toEqual(['redis', 'operator'].map((name) => `\${REDIS_DIR}:/secrets/${name}:ro`));
  });

  it('should pass certificates and the cluster type to daprd in the form that Dapr’s components need', () => {
    const dir = mkdtempSync(join(tmpdir(), 'tocsin-sidecar-'));
    const script = join(dir, 'sidecar.sh');
    const source = read('compose', 'sidecar', 'sidecar.sh').replaceAll('/secrets', dir);
    writeFileSync(script, source.replace('exec /daprd', 'printenv; exit 0; exec'));
    mkdirSync(join(dir, 'redis'));
    for (const name of ['tls.crt', 'tls.key']) writeFileSync(join(dir, 'redis', name), `content of ${name}`);
    writeFileSync(join(dir, 'redis', 'env'), 'REDIS_PASSWORD=secret\n');
    const run = (env: Record<string, string>): string[] =>
      execFileSync('sh', [script, 'bff'], { env: { PATH: '/usr/bin:/bin', ...env }, encoding: 'utf8' }).split(
        '\n',
      );
    const files = {
      ...{ REDIS_CERT_FILE: join(dir, 'redis', 'tls.crt'), REDIS_KEY_FILE: join(dir, 'redis', 'tls.key') },
      REDIS_CA_FILE: join(dir, 'redis', 'ca.crt'),
    };
    expect(run({ ...files, REDIS_CLUSTER: 'true' })).toEqual(
      expect.arrayContaining([
        ...['REDIS_CERT=content of tls.crt', 'REDIS_KEY=content of tls.key', 'REDIS_TYPE=cluster'],
        ...['REDIS_PASSWORD=secret', `SSL_CERT_DIR=${join(dir, 'redis')}`],
      ]),
    );
    expect(run({ REDIS_CLUSTER: 'false', REDIS_CA_FILE: '' }).join()).not.toMatch(
      /REDIS_TYPE|SSL_CERT_DIR|REDIS_CERT=/,
    );
    rmSync(dir, { recursive: true });
  });
});

describe('the password file for an external Redis', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-password-'));
  const folder = join(dir, '.data', 'redis-external');
  const file = join(folder, 'env');
  mkdirSync(folder, { recursive: true });
  afterAll(() => rmSync(dir, { recursive: true }));

  const script = join(dir, 'sidecar.sh');
  const source = read('compose', 'sidecar', 'sidecar.sh').replaceAll('/secrets', join(dir, '.data'));
  writeFileSync(script, source.replace('exec /daprd', 'printenv REDIS_PASSWORD; exit 0; exec'));
  const env = { PATH: '/usr/bin:/bin' };
  const inSidecar = () => spawnSync('sh', [script, 'bff'], { cwd: dir, env, encoding: 'utf8' });
  const inBff = (): string =>
    execFileSync(
      process.execPath,
      [`--env-file=${file}`, '-e', 'process.stdout.write(process.env.REDIS_PASSWORD ?? "")'],
      { env, encoding: 'utf8' },
    );

  it.each(['a$b&c`d', 'p$x', 'a#b', 'a #b', ' a"b\\n ', 'x; touch ran', '$(touch ran)', 'plain'])(
    'should give the sidecar and the bff the password %j when written by the guide’s command',
    (password) => {
      const [command = ''] = /^printf "REDIS_USERNAME.*$/m.exec(read('docs', 'guides', 'redis.md')) ?? [];
      execFileSync('sh', ['-c', command], { cwd: dir, env: { ...env, PASSWORD: password } });
      expect(inSidecar()).toMatchObject({ status: 0, stderr: '', stdout: `${password}\n` });
      expect(inBff()).toBe(password);
      expect(existsSync(join(dir, 'ran'))).toBe(false);
    },
  );

  it.each([
    ['secret', 'secret'],
    ['a$b&c`d', 'a$b&c`d'],
    ['two words', 'two words'],
    ['secret # a comment', 'secret'],
    [`"it's"`, "it's"],
    ['`it\'s "$x"`', 'it\'s "$x"'],
    [`'a#b' # a comment`, 'a#b'],
    ['', ''],
  ])('should read REDIS_PASSWORD=%s identically in the sidecar and the bff', (written, password) => {
    writeFileSync(file, `# a comment\n\n  export REDIS_PASSWORD=${written}`);
    expect(inSidecar()).toMatchObject({ status: 0, stderr: '', stdout: `${password}\n` });
    expect(inBff()).toBe(password);
  });

  it.each([
    ['REDIS_PASSWORD=a#b', /REDIS_PASSWORD contains #; put it in single quotes/],
    ["REDIS_PASSWORD='it's'", /REDIS_PASSWORD has text after its closing quote/],
    ["REDIS_PASSWORD='a\nb'", /REDIS_PASSWORD has no closing quote on its line/],
    [String.raw`REDIS_PASSWORD="a\nb"`, /REDIS_PASSWORD has a backslash in double quotes/],
    ['touch ran', /a line is not NAME=value/],
    ['a;touch ran=b', /a line is not NAME=value/],
  ])('should reject %j, which the sidecar and the bff would read differently', (text, reason) => {
    writeFileSync(file, `${text}\n`);
    const { status, stdout, stderr } = inSidecar();
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(reason);
    expect(stderr).toContain(file);
    expect(existsSync(join(dir, 'ran'))).toBe(false);
  });
});

describe('compose/redis-cluster.yml', () => {
  const base = servicesIn('docker-compose.yml');
  const changed = servicesIn('compose/redis-cluster.yml');

  it('should connect every service that reads the Redis address to the cluster, once it has formed', () => {
    const users = Object.keys(base).filter((name) => base[name]?.environment['REDIS_HOST'] !== undefined);
    expect(users).toEqual(expect.arrayContaining(['producer-dapr', 'doctor']));
    for (const name of users) {
      expect(changed[name]?.environment['REDIS_CLUSTER'], name).toBe('true');
      expect(changed[name]?.environment['REDIS_HOST'], name).toMatch(/^redis-1:6379,/);
      const { redis, ...others } = base[name]?.depends_on ?? {};
      if (redis !== undefined)
        expect(changed[name]?.depends_on).toEqual({
          ...others,
          'redis-cluster': { condition: 'service_completed_successfully' },
        });
    }
  });
});

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keysEnvironment, secretEnvironment } from '../auth/secret-environment.ts';
import { readAuthConfig } from '../config.ts';
import { portInUseMessage } from './check-ports.ts';
import { explainFailedStart, explainExit, LastErrors } from './explain.ts';
import { readOptions } from './options.ts';
import { splitHost } from '../net/split-host.ts';
import { welcome } from './welcome.ts';

const app = { appId: 'bff', ports: { public: 4001 } };
const sidecar = { role: 'sidecar', source: 'dapr 4001', app } as const;
const application = { role: 'application', source: 'bff 4001', app } as const;

describe('messages', () => {
  it('should include a busy port, its purpose, the running copy and the remedy', () => {
    const other = { pid: 42, folder: '/elsewhere' };
    expect(portInUseMessage(4000, 'the public port of producer', other)).toBe(
      'Port 4000, needed for the public port of producer, is in use: another copy of Tocsin is running in /elsewhere ' +
        '(process 42). Stop it with Ctrl-C in its terminal (or `kill 42`) and try again.',
    );
    expect(portInUseMessage(4000, 'x', undefined)).toMatch(
      /by another program\. `.*4000.*` shows which\. Stop it/,
    );
  });

  it('should include the component that failed', () => {
    const errors = new LastErrors();
    const text = 'Fatal error from runtime: process component notification-state error: refused';
    errors.note({ source: 'dapr 4001', level: 'error', text });
    errors.note({ source: 'dapr 4001', level: 'info', text: 'bye' });
    const sentence = explainFailedStart(sidecar, errors, 'localhost:1');
    expect(sentence).toContain('The Dapr component notification-state failed');
    expect(sentence).toContain(
      'Check components/notification-state.yaml and that Redis at localhost:1 is running',
    );
  });

  it('should include the application that exited', () => {
    const errors = new LastErrors();
    expect(explainFailedStart(application, errors, '')).toContain(
      'The application bff on port 4001 has exited.',
    );
  });

  it('should not blame an exit on an old error', () => {
    const errors = new LastErrors();
    errors.note(
      { source: 'dapr 4001', level: 'error', text: 'no connection to placement' },
      Date.now() - 10_000,
    );
    expect(explainFailedStart(sidecar, errors, '')).toBe(
      'The sidecar of bff on port 4001 has exited. Fix the cause, then try again.',
    );
  });

  it('should state that all other processes keep running after one has exited', () => {
    expect(explainExit(application)).toMatch(
      /^The application bff on port 4001 has exited; everything else keeps running\./,
    );
  });

  it('should reject an unknown option and list the valid options', () => {
    expect(() => readOptions(['--fast'])).toThrow(/--fast.*npm start -- \[--verbose\]/s);
  });

  it('should show the pages and how to send a notification', () => {
    const pages = ['http://localhost:4001', 'http://localhost:4002'];
    const text = welcome(pages, 'localhost:4000', readAuthConfig({}), false);
    expect(text).toContain('can read every feed (AUTH_MODE=none)');
    expect(text).toContain('http://localhost:4001  http://localhost:4002');
    expect(text).toContain(
      `curl -d '{"title":"Hello"}' -H 'content-type: application/json' localhost:4000/notifications`,
    );
  });
});

describe('secrets for the sidecars', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-secrets-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const environment = (env: Record<string, string>) => secretEnvironment(readAuthConfig(env), dir);
  let internal: Record<string, string> = {};

  it('should include only the internal secret by default, created once and readable only by this user', () => {
    const created = environment({})['NOTIFICATION_SECRETS_internal'];
    expect(created).toMatch(/^[\w-]{64}$/);
    internal = { NOTIFICATION_SECRETS_internal: created ?? '', NOTIFICATION_KEYS_internal: created ?? '' };
    expect(environment({})).toEqual(internal);
    expect(environment({ AUTH_MODE: 'jwt', JWT_JWKS_URL: 'https://issuer.example/keys' })).toEqual(internal);
    expect(readdirSync(dir)).toEqual(['internal-secret']);
    expect(statSync(join(dir, 'internal-secret')).mode & 0o777).toBe(0o600);
    const given = 'x'.repeat(32);
    expect(environment({ NOTIFICATION_SECRETS_internal: given })).toEqual({
      NOTIFICATION_SECRETS_internal: given,
      NOTIFICATION_KEYS_internal: given,
    });
  });

  it('should include the configured token secret, or create one that is kept and readable only by this user', () => {
    const given = 'x'.repeat(32);
    expect(environment({ AUTH_MODE: 'jwt', JWT_SECRET: given })).toEqual({
      ...internal,
      NOTIFICATION_SECRETS_jwt: given,
    });
    const created = environment({ AUTH_MODE: 'jwt' })['NOTIFICATION_SECRETS_jwt'];
    expect(created).toMatch(/^[\w-]{64}$/);
    expect(environment({ AUTH_MODE: 'jwt' })).toEqual({ ...internal, NOTIFICATION_SECRETS_jwt: created });
    expect(statSync(join(dir, 'jwt-secret')).mode & 0o777).toBe(0o600);
  });

  it('should explain how to fix a short secret and missing API keys', () => {
    expect(() => environment({ AUTH_MODE: 'jwt', JWT_SECRET: 'short' })).toThrow('JWT_SECRET has 5 bytes');
    const keys = () => keysEnvironment(readAuthConfig({ API_KEYS: 'on' }), dir);
    expect(keys).toThrow('npm run api-key -- --name');
    writeFileSync(join(dir, 'api-keys.json'), '[{"name":"a"}]');
    expect(keys).toThrow('0.hash');
  });
});

describe('splitHost', () => {
  it.each([
    ['redis', 'redis', 6379],
    ['127.0.0.1:7000', '127.0.0.1', 7000],
    ['[::1]:7000', '::1', 7000],
  ])('should read %s', (address, host, port) => {
    expect(splitHost(address)).toEqual({ host, port });
  });

  it('should reject an invalid host', () => {
    expect(() => splitHost('redis://x:1/0')).toThrow('Use host:port');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { APP_IDS } from '@tocsin/contracts';
import { APPS } from '../build/bundle.ts';
import { ROOT } from '../paths.ts';
import { imageName, productVersion } from './images.ts';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

const serviceSchema = z.looseObject({
  image: z.string(),
  build: z.unknown().optional(),
  command: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  profiles: z.array(z.string()).default([]),
  networks: z.unknown().optional(),
  ports: z.array(z.string()).default([]),
  healthcheck: z.unknown().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const { services } = z
  .object({ services: z.record(z.string(), serviceSchema) })
  .parse(parse(read('docker-compose.yml'), { merge: true }));
const names = Object.keys(services);
/** The services that run without a profile. */
const withoutProfile = names.filter((name) => services[name]?.profiles.length === 0);
const service = (name: string) => {
  const found = services[name];
  if (!found) throw new Error(`docker-compose.yml has no ${name}`);
  return found;
};
const sidecars = names.filter((name) => name.endsWith('-dapr'));
const apps = sidecars.map((name) => name.replace(/-dapr$/, ''));

/** The value of `--name` in a command line. */
const flag = (args: readonly string[], name: string): string | undefined =>
  args.includes(name) ? args[args.indexOf(name) + 1] : undefined;

const doctorArgs = (app: string): string[] => [
  `--${app.replace(/-\d+$/, '')}=http://${app}:${app === 'producer' ? 4000 : 4001}`,
  `--sidecar=${app}=http://${app}-dapr:3500`,
];
const groupSchema = z.object({
  targets: z.array(z.string()),
  labels: z.record(z.string(), z.string()).default({}),
});
/** The Prometheus targets of an application and its sidecar, each preceded by its job. */
const scrapeTargetsOf = (app: string): string[] => [
  app === 'producer' ? 'producer producer:4000' : `bff ${app}:4001`,
  `sidecars ${app}-dapr:9090`,
];

describe('docker-compose.yml', () => {
  it('should run a producer and two bffs, each with a sidecar that can reach it', () => {
    const pairs = sidecars.map((name) => {
      const { command } = service(name);
      const app = flag(command, '--app-channel-address') ?? '';
      const { environment, networks } = service(app.replace('-inside', ''));
      expect(networks).toEqual({ outside: {}, inside: { aliases: [app] } });
      expect(flag(command, '--app-port')).toBe(environment['INTERNAL_PORT']);
      expect(environment['DAPR_HOST']).toBe(name);
      expect(environment['INTERNAL_HOST']).toBe(app);
      return [app, command[1]];
    });
    expect(pairs).toEqual([
      ['bff-1-inside', APP_IDS.bff],
      ['bff-2-inside', APP_IDS.bff],
      ['producer-inside', APP_IDS.producer],
    ]);
    expect(service('edge').environment['BFFS']).toBe('2');
  });

  it('should start sidecars with the same options and components as `dapr run`, except for the permission to publish', () => {
    for (const name of sidecars) {
      expect(service(name).volumes).toEqual(
        expect.arrayContaining([
          './components:/components:ro',
          './compose/dapr/notification-pubsub.yaml:/components/notification-pubsub.yaml:ro',
        ]),
      );
      expect(service(name).command[0]).toBe('/sidecar.sh');
    }
    const [, started = ''] = read('compose', 'sidecar', 'sidecar.sh').split('exec /daprd');
    const args = started.split(/[\s\\]+/);
    const { common } = z
      .object({
        common: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
      })
      .parse(parse(read('dapr.yaml')));
    expect({
      resourcesPaths: [`.${flag(args, '--resources-path')}`],
      configFilePath: `.${flag(args, '--config')}`,
      logLevel: flag(args, '--log-level'),
      enableAppHealthCheck: args.includes('--enable-app-health-check'),
      appHealthCheckPath: flag(args, '--app-health-check-path'),
      appHealthProbeInterval: Number(flag(args, '--app-health-probe-interval')),
      appHealthProbeTimeout: Number(flag(args, '--app-health-probe-timeout')),
      appHealthThreshold: Number(flag(args, '--app-health-threshold')),
    }).toEqual({
      ...common,
      apiListenAddresses: undefined,
      daprdLogDestination: undefined,
      appLogDestination: undefined,
    });
  });

  it('should check each sidecar’s health without making the application wait for it', () => {
    for (const name of sidecars) {
      expect(service(name).healthcheck).toMatchObject({
        test: ['CMD', 'node', '-e', expect.stringContaining(':3500/v1.0/healthz') as string],
      });
    }
    for (const app of apps)
      expect(service(app).depends_on[`${app}-dapr`]).toEqual({ condition: 'service_started' });
  });

  it('should give the doctor the addresses of Redis, applications and sidecars', () => {
    const { entrypoint, environment } = service('doctor');
    expect(entrypoint.filter((arg) => /^--(redis|producer|bff|sidecar)=/.test(arg)).sort()).toEqual(
      apps.flatMap(doctorArgs).sort(),
    );
    // The address is an environment variable so that compose/redis-*.yml can override it without repeating all options.
    expect(environment['REDIS_HOST']).toBe('redis:6379');
    expect(entrypoint).toContain('tools/src/cli.ts');
    expect(Object.keys(service('doctor').depends_on)).toEqual([]);
  });

  it('should let Prometheus scrape each application and each sidecar', () => {
    const { scrape_configs } = z
      .object({
        scrape_configs: z.array(
          z.object({ job_name: z.string(), static_configs: z.array(groupSchema).default([]) }),
        ),
      })
      .parse(parse(read('observability', 'prometheus', 'prometheus.yml')));
    const scraped = scrape_configs.flatMap(({ job_name: job, static_configs: groups }) =>
      groups.flatMap(({ targets }) => targets.map((target) => `${job} ${target}`)),
    );
    expect(scraped.sort()).toEqual(apps.flatMap(scrapeTargetsOf).sort());
  });

  it('should name our images as `npm run containers` does, and pin all other images to a full version', () => {
    for (const name of names) {
      const { image, build } = service(name);
      if (build === undefined) expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
    }
    const built = names
      .filter((name) => service(name).build !== undefined)
      .map((name) => service(name).image);
    const ours = APPS.map((app) => imageName(app, { registry: undefined, tag: productVersion() }));
    expect(new Set(built)).toEqual(new Set([...ours, 'tocsin-sidecar:1.18.1']));
    for (const app of APPS) {
      const args = { VERSION: productVersion() };
      expect(names.map((name) => service(name).build)).toContainEqual({
        ...{ context: '.', target: app, args },
      });
    }
  });

  it.each(names)('should limit the resources of %s and harden it', (name) => {
    expect(service(name)).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: ['first-start', 'doctor'].includes(name) ? 'no' : 'unless-stopped',
      mem_limit: expect.stringMatching(/^\d+m$/) as string,
      cpus: expect.any(Number) as number,
      pids_limit: expect.any(Number) as number,
    });
    expect(service(name).volumes.filter((mount) => mount.includes('docker.sock'))).toEqual([]);
  });

  it('should publish only the ports of the edge and of services with a profile, and by default only on this machine', () => {
    expect(withoutProfile.filter((name) => service(name).ports.length > 0)).toEqual(['edge']);
    for (const name of names) {
      // Services with a profile have no password. They have a separate setting, so opening the edge doesn't open them.
      const address = withoutProfile.includes(name) ? 'TOCSIN_ADDRESS' : 'TOCSIN_OBSERVABILITY_ADDRESS';
      for (const port of service(name).ports)
        expect(port.split(/(?<=\}):/)[0]).toBe(`\${${address}:-127.0.0.1}`);
    }
  });

  it('should let proxies in front of the edge report the addresses of readers', () => {
    const { environment, command, healthcheck } = service('edge');
    expect(environment['TRAEFIK_ENTRYPOINTS_WEB_FORWARDEDHEADERS_TRUSTEDIPS']).toBe('${TOCSIN_PROXIES:-}');
    for (const bff of ['bff-1', 'bff-2'])
      expect(service(bff).environment['TRUST_PROXY']).toBe('${TRUST_PROXY:-1}');
    // Traefik ignores its environment variables if it gets options or has a configuration file.
    expect(command).toEqual([]);
    expect(healthcheck).toMatchObject({ test: ['CMD', 'traefik', 'healthcheck'] });
    expect(readdirSync(join(ROOT, 'compose', 'edge'))).toEqual(['routes.yaml']);
  });

  it('should allow the same icon origins in the bffs and the ui', () => {
    for (const name of ['bff-1', 'bff-2', 'ui'])
      expect(service(name).environment['ICON_ORIGINS']).toBe('${ICON_ORIGINS:-}');
  });

  it('should contain no password, and let only the services that fill a volume write to it', () => {
    expect(read('docker-compose.yml')).not.toMatch(/(PASSWORD|TOKEN)['"]?:(?!-\}) *[^\s$]/);
    const writable = withoutProfile.flatMap((name) =>
      service(name)
        .volumes.filter((mount) => !mount.endsWith(':ro'))
        .map((mount) => `${name} ${mount.split(':')[0]}`),
    );
    expect(writable.sort()).toEqual([
      'first-start dapr-authority',
      'first-start dapr-identities',
      'first-start dapr-tokens',
      'first-start internal-secret',
      'first-start redis-operator',
      'first-start redis-password',
      'first-start scheduler',
      'redis redis',
      'scheduler scheduler',
    ]);
  });

  it('should require mTLS between sidecars and Dapr’s services, and let sentry certify only known identities', () => {
    for (const name of ['placement', 'scheduler'])
      expect(service(name).command).toEqual(
        expect.arrayContaining([
          '--tls-enabled',
          '--trust-anchors-file=/secrets/identities/ca.crt',
          '--sentry-address=sentry:50001',
        ]),
      );
    expect(parse(read('compose', 'dapr', 'sentry.yaml'))).toMatchObject({
      spec: { mtls: { tokenValidators: [{ name: 'jwks' }] } },
    });
    expect(read('compose', 'sidecar', 'sidecar.sh')).toMatch(/--enable-mtls/);
    const mounted = (volume: string) =>
      names.filter((name) => service(name).volumes.some((mount) => mount.startsWith(`${volume}:`))).sort();
    expect(mounted('dapr-authority')).toEqual(['first-start', 'sentry']);
    expect(mounted('dapr-identities')).toEqual(['first-start', 'placement', 'scheduler', ...sidecars].sort());
    expect(mounted('internal-secret')).toEqual(['first-start', ...sidecars].sort());
    expect(mounted('redis-operator')).toEqual(['doctor', 'first-start', 'redis']);
  });

  it('should start the edge only after all services behind it are healthy', () => {
    expect(service('edge').depends_on).toEqual(
      Object.fromEntries(
        ['ui', 'producer', 'bff-1', 'bff-2'].map((name) => [name, { condition: 'service_healthy' }]),
      ),
    );
  });
});

describe('compose/third-bff.yml', () => {
  const commandSchema = z.looseObject({ command: z.array(z.string()) });

  it('should define a bff identical to bff-1 except for the name', () => {
    const text = read('compose', 'third-bff.yml');
    for (const name of ['bff-1', 'bff-1-dapr']) expect(text).toContain(`service: ${name} }`);
    const sidecar = service('bff-1-dapr').command.map((arg) => arg.replace('bff-1', 'bff-3'));
    const { services: third } = z
      .object({ services: z.looseObject({ 'bff-3-dapr': commandSchema, doctor: commandSchema }) })
      .parse(parse(text, { logLevel: 'silent' }));
    expect(third['bff-3-dapr'].command).toEqual(sidecar);
    expect(third.doctor.command).toEqual(doctorArgs('bff-3'));
  });

  it('should let the doctor call every bff by its host name', () => {
    const { services: third } = z
      .object({
        services: z.looseObject({
          'bff-3': z.object({ environment: z.record(z.string(), z.string()) }),
          doctor: commandSchema,
        }),
      })
      .parse(parse(read('compose', 'third-bff.yml'), { logLevel: 'silent' }));
    const called = [...service('doctor').entrypoint, ...third.doctor.command].flatMap(
      (argument) => /^--bff=http:\/\/([\w-]+):/.exec(argument)?.[1] ?? [],
    );
    expect(called).toEqual(['bff-1', 'bff-2', 'bff-3']);
    for (const name of called) {
      const environment =
        name === 'bff-3'
          ? { ...service('bff-1').environment, ...third['bff-3'].environment }
          : service(name).environment;
      expect(environment['ALLOWED_HOSTS']?.split(','), name).toContain(name);
    }
  });

  it('should let Prometheus scrape the third bff like the first two', () => {
    const text = read('compose', 'third-bff.yml');
    expect(text).toContain('./compose/third-bff-targets.yml:/etc/targets/third-bff.yml:ro');
    expect(read('observability', 'prometheus', 'prometheus.yml')).toContain('/etc/targets/*.yml');
    const groups = z.array(groupSchema).parse(parse(read('compose', 'third-bff-targets.yml')));
    const scraped = groups.flatMap(({ targets, labels }) =>
      targets.map((target) => `${labels['job']} ${target}`),
    );
    expect(scraped).toEqual(scrapeTargetsOf('bff-3'));
  });
});

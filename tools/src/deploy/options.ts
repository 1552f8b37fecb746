import type { ImageSource } from '../containers/images.ts';
import { readImageSource } from '../containers/options.ts';
import { parseOptions, throwIfInvalid, usageFailure } from '../options.ts';

/** The options of `npm run deploy`. Without a registry, the images must have been loaded into the only node. */
export interface DeployOptions extends ImageSource {
  /** The Ingress class. If omitted, deploy chooses one. */
  ingressClass: string | undefined;
  /** The Ingress host name. If omitted, the Ingress serves all hosts. */
  host: string | undefined;
  /** The Secret with the certificate for that host name. If omitted, the Ingress serves plain HTTP. */
  tlsSecret: string | undefined;
  /** Permits an Ingress without authentication. */
  insecure: boolean;
  /** Routes publishers' requests from outside to the producer. */
  publish: boolean;
  /** Runs a new Redis as a cluster of six nodes. The deploy fails if a single Redis already exists. */
  redisCluster: boolean;
  /** Time limit (ms) for each part of the rollout. */
  timeoutMs: number;
}

const USAGE =
  'npm run deploy -- --registry URL | --local [--tag T] [--ingress-class NAME] [--host NAME [--tls-secret NAME]] [--publish] [--insecure] ' +
  '[--redis-cluster] [--timeout SECONDS]\n' +
  '     npm run deploy -- --delete';

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Parses the options of `npm run deploy --`.
 * @throws Failure that lists all errors
 */
export function readDeployOptions(args: string[]): DeployOptions | 'delete' {
  const values = parse(args);
  if (values.delete) {
    if (args.length > 1) throw usageFailure(['--delete cannot be combined with other options'], USAGE);
    return 'delete';
  }
  const { local, publish, host } = values;
  const { registry, tag, errors: sourceErrors } = readImageSource(values);
  const seconds = Number(values.timeout);
  const errors = [
    ...(local === (registry === undefined) ? [] : ['Use either --registry URL or --local']),
    ...sourceErrors,
    ...(values['ingress-class'] === undefined || NAME.test(values['ingress-class'])
      ? []
      : ['--ingress-class must be an IngressClass name']),
    ...(host === undefined || NAME.test(host)
      ? []
      : ['--host must be a host name such as notify.example.com']),
    ...tlsErrors(values['tls-secret'], host),
    ...(seconds > 0 && seconds <= 3_600
      ? []
      : ['--timeout must be a number of seconds above 0 and at most 3600']),
  ];
  throwIfInvalid(errors, USAGE);
  return {
    ...{ registry, tag, host, publish },
    ingressClass: values['ingress-class'],
    tlsSecret: values['tls-secret'],
    insecure: values.insecure,
    redisCluster: values['redis-cluster'],
    timeoutMs: seconds * 1_000,
  };
}

function tlsErrors(secret: string | undefined, host: string | undefined): string[] {
  if (secret === undefined) return [];
  return [
    ...(NAME.test(secret) ? [] : ['--tls-secret must be a Secret name']),
    ...(host === undefined ? ['--tls-secret requires --host NAME, the host name in the certificate'] : []),
  ];
}

const parse = (args: string[]) =>
  parseOptions(args, USAGE, {
    options: {
      registry: { type: 'string' },
      local: { type: 'boolean', default: false },
      tag: { type: 'string' },
      'ingress-class': { type: 'string' },
      host: { type: 'string' },
      'tls-secret': { type: 'string' },
      publish: { type: 'boolean', default: false },
      insecure: { type: 'boolean', default: false },
      'redis-cluster': { type: 'boolean', default: false },
      timeout: { type: 'string', default: '300' },
      delete: { type: 'boolean', default: false },
    },
  }).values;

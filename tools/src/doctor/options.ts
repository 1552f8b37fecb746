import { resolve } from 'node:path';
import { APP_IDS } from '@tocsin/contracts';
import type { DoctorConfig } from '../config.ts';
import { parseOptions, usageFailure } from '../options.ts';
import { DATA_DIR, RUN_FILE } from '../paths.ts';
import { LOOPBACK } from '../stack/pair-processes.ts';
import { readRunFile, sidecarPortsOf } from '../stack/run-file.ts';
import { readSidecarInfo } from '../start/instance/sidecar-file.ts';
import { bffName, producerName, type Endpoint, type Target } from './target.ts';

/** The credentials that the doctor uses to read and publish the canary. */
export type Credentials = Pick<Target, 'token' | 'apiKey'>;

/** The system to check: given addresses, or a cluster to find the addresses in. */
export type DoctorOptions = { json: boolean } & (
  | { target: Target }
  | { cluster: { context: string | undefined; credentials: Credentials } }
);

const USAGE = `npm run doctor -- [--json] [--token JWT] [--api-key KEY] [--run-file FILE] [--data FOLDER] [--redis HOST:PORT]
     npm run doctor -- --kubernetes [--context NAME] [--json] [--token JWT] [--api-key KEY]
     npm run doctor -- --producer URL… --bff URL… [--sidecar URL…] [--redis HOST:PORT] [--json] [--token JWT] [--api-key KEY]
     A URL can be preceded by the name to show in the report: bff-1=http://localhost:4001`;

/**
 * Parses the options of `npm run doctor --`. Without addresses, the doctor checks the stack in the run file, with the
 * Redis, token and host saved by `npm start`. With addresses, it checks only these. With --kubernetes, it checks the
 * cluster.
 * @throws Failure that lists invalid options
 */
export function readDoctorOptions(args: string[], config: DoctorConfig): DoctorOptions {
  const values = parse(args);
  const { json } = values;
  const credentials = { token: values.token ?? config.token, apiKey: values['api-key'] ?? config.apiKey };
  if (values.kubernetes) return { json, cluster: { context: contextOf(values), credentials } };
  if (values.context !== undefined) throw usageFailure(['--context requires --kubernetes'], USAGE);
  return { json, target: targetOf(values, config, credentials) };
}

type Values = ReturnType<typeof parse>;

const ADDRESSES = ['producer', 'bff', 'sidecar', 'redis'] as const;

function contextOf(values: Values): string | undefined {
  const other = ADDRESSES.find((name) => values[name] !== undefined);
  if (other) throw usageFailure([`--kubernetes finds all addresses itself; remove --${other}`], USAGE);
  return values.context;
}

function targetOf(values: Values, config: DoctorConfig, credentials: Credentials): Target {
  const hasAddresses =
    values.producer !== undefined || values.bff !== undefined || values.sidecar !== undefined;
  const saved = hasAddresses ? undefined : readSidecarInfo(resolve(values.data));
  const redis = values.redis ?? config.redisHost ?? saved?.redis ?? 'localhost:6379';
  const endpoints = hasAddresses
    ? fromOptions(values)
    : fromRunFile(resolve(values['run-file']), saved?.publicHost);
  const redisParts = config.redisAt(redis, values.redis === undefined ? 'REDIS_HOST' : '--redis');
  return {
    ...endpoints,
    redis: redisParts.broadcaster,
    redisParts,
    daprApiToken: config.daprApiToken ?? saved?.token,
    ...credentials,
  };
}

type Endpoints = Pick<Target, 'producers' | 'bffs' | 'sidecars'>;

const NAME_OF = { [APP_IDS.producer]: producerName, [APP_IDS.bff]: bffName };

function fromRunFile(path: string, publicHost = LOOPBACK): Endpoints {
  const runFile = readRunFile(path);
  const endpoints = (id: keyof typeof NAME_OF, host: string, ports: readonly number[]): Endpoint[] =>
    ports.map((port, index) => ({ name: NAME_OF[id](index), url: `http://${host}:${port}` }));
  const applications = (id: keyof typeof NAME_OF) =>
    endpoints(
      id,
      publicHost,
      runFile.apps.filter(({ appId }) => appId === id).map(({ ports }) => ports.public),
    );
  const sidecars = (id: keyof typeof NAME_OF) => endpoints(id, LOOPBACK, sidecarPortsOf(runFile, id));
  return {
    producers: applications(APP_IDS.producer),
    bffs: applications(APP_IDS.bff),
    sidecars: [...sidecars(APP_IDS.producer), ...sidecars(APP_IDS.bff)],
  };
}

function fromOptions(values: Values): Endpoints {
  const { producer = [], bff = [], sidecar = [] } = values;
  if (producer.length === 0 || bff.length === 0) {
    throw usageFailure(
      ['Pass the addresses of the producer and each bff: --producer URL --bff URL [--bff URL]'],
      USAGE,
    );
  }
  const endpoints = (
    texts: readonly string[],
    option: string,
    nameOf: (index: number) => string,
  ): Endpoint[] =>
    texts.map((text, index) => {
      const { name = nameOf(index), url } = addressOf(text, option);
      return { name, url };
    });
  return {
    producers: endpoints(producer, '--producer', producerName),
    bffs: endpoints(bff, '--bff', bffName),
    sidecars: sidecar.map((text) => addressOf(text, '--sidecar')),
  };
}

function addressOf(text: string, option: string): { name?: string; url: string } {
  const [, name, address = ''] = /^(?:([\w.-]+)=)?(.*)$/.exec(text) ?? [];
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:')
    return { ...(name !== undefined && { name }), url: address.replace(/(?<!\/)\/+$/, '') };
  throw usageFailure([`Invalid ${option} ${text}. Use an address such as http://localhost:4001`], USAGE);
}

const parse = (args: string[]) =>
  parseOptions(args, USAGE, {
    options: {
      producer: { type: 'string', multiple: true },
      bff: { type: 'string', multiple: true },
      sidecar: { type: 'string', multiple: true },
      redis: { type: 'string' },
      kubernetes: { type: 'boolean', default: false },
      context: { type: 'string' },
      token: { type: 'string' },
      'api-key': { type: 'string' },
      'run-file': { type: 'string', default: RUN_FILE },
      data: { type: 'string', default: DATA_DIR },
      json: { type: 'boolean', default: false },
    },
  }).values;

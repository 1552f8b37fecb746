import { resolve } from 'node:path';
import { APP_IDS } from '@tocsin/contracts';
import type { DoctorConfig } from '../config.ts';
import { parseOptions, usageFailure } from '../options.ts';
import { DATA_DIR, RUN_FILE } from '../paths.ts';
import { readRunFile, sidecarPortsOf } from '../stack/run-file.ts';
import { readSidecarNote } from '../start/instance/sidecar-file.ts';
import { bffName, producerName, type Place, type Target } from './target.ts';

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
 * Parses the options of `npm run doctor --`. Without addresses, checks the run file's stack, using the Redis and token
 * saved by `npm start`. With addresses, checks only these. With --kubernetes, checks the cluster.
 * @throws Failure that names invalid options
 */
export function readDoctorOptions(args: string[], config: DoctorConfig): DoctorOptions {
  const given = parse(args);
  const { json } = given;
  const credentials = { token: given.token ?? config.token, apiKey: given['api-key'] ?? config.apiKey };
  if (given.kubernetes) return { json, cluster: { context: contextOf(given), credentials } };
  if (given.context !== undefined) throw usageFailure(['--context requires --kubernetes'], USAGE);
  return { json, target: targetOf(given, config, credentials) };
}

type Given = ReturnType<typeof parse>;

const ADDRESSES = ['producer', 'bff', 'sidecar', 'redis'] as const;

function contextOf(given: Given): string | undefined {
  const other = ADDRESSES.find((name) => given[name] !== undefined);
  if (other) throw usageFailure([`--kubernetes finds all addresses itself; remove --${other}`], USAGE);
  return given.context;
}

function targetOf(given: Given, config: DoctorConfig, credentials: Credentials): Target {
  const isNamed = given.producer !== undefined || given.bff !== undefined || given.sidecar !== undefined;
  const own = isNamed ? undefined : readSidecarNote(resolve(given.data));
  const redis = given.redis ?? config.redisHost ?? own?.redis ?? 'localhost:6379';
  const places = isNamed ? named(given) : ofRunFile(resolve(given['run-file']));
  const redisParts = config.redisAt(redis, given.redis === undefined ? 'REDIS_HOST' : '--redis');
  return {
    ...places,
    redis: redisParts.broadcaster,
    redisParts,
    daprApiToken: config.daprApiToken ?? own?.token,
    ...credentials,
  };
}

type Places = Pick<Target, 'producers' | 'bffs' | 'sidecars'>;

const NAME_OF = { [APP_IDS.producer]: producerName, [APP_IDS.bff]: bffName };

function ofRunFile(path: string): Places {
  const runFile = readRunFile(path);
  const places = (id: keyof typeof NAME_OF, ports: readonly number[]): Place[] =>
    ports.map((port, index) => ({ name: NAME_OF[id](index), url: `http://127.0.0.1:${port}` }));
  const applications = (id: keyof typeof NAME_OF) =>
    places(
      id,
      runFile.apps.filter(({ appId }) => appId === id).map(({ ports }) => ports.public),
    );
  const sidecars = (id: keyof typeof NAME_OF) => places(id, sidecarPortsOf(runFile, id));
  return {
    producers: applications(APP_IDS.producer),
    bffs: applications(APP_IDS.bff),
    sidecars: [...sidecars(APP_IDS.producer), ...sidecars(APP_IDS.bff)],
  };
}

function named(given: Given): Places {
  const { producer = [], bff = [], sidecar = [] } = given;
  if (producer.length === 0 || bff.length === 0) {
    throw usageFailure(
      ['Pass the addresses of the producer and each bff: --producer URL --bff URL [--bff URL]'],
      USAGE,
    );
  }
  const places = (texts: readonly string[], option: string, nameOf: (index: number) => string): Place[] =>
    texts.map((text, index) => {
      const { name = nameOf(index), url } = addressOf(text, option);
      return { name, url };
    });
  return {
    producers: places(producer, '--producer', producerName),
    bffs: places(bff, '--bff', bffName),
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

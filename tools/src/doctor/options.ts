import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { APP_IDS } from '@tocsin/contracts';
import type { DoctorConfig } from '../config.ts';
import { Failure, messageOf } from '../failure.ts';
import { DATA_DIR, RUN_FILE } from '../paths.ts';
import { readRunFile, sidecarPortsOf } from '../start/run-file.ts';
import { splitHost } from '../start/services.ts';
import { readSidecarNote } from '../start/sidecar-file.ts';
import { bffName, type Target } from './target.ts';

export interface DoctorOptions {
  target: Target;
  json: boolean;
}

const USAGE = `npm run doctor -- [--json] [--token JWT] [--api-key KEY] [--run-file FILE] [--data FOLDER] [--redis HOST:PORT]
     npm run doctor -- --producer URL --bff URL… [--sidecar URL…] [--redis HOST:PORT] [--json] [--token JWT] [--api-key KEY]`;

/**
 * What stands behind `npm run doctor --`. Without addresses it is the stack of the run file, with the Redis and the
 * token that `npm start` has noted; with them, only what they name.
 * @throws Failure that says what cannot be used
 */
export function readDoctorOptions(args: string[], config: DoctorConfig): DoctorOptions {
  const given = parse(args);
  const isNamed = given.producer !== undefined || given.bff !== undefined || given.sidecar !== undefined;
  const own = isNamed ? undefined : readSidecarNote(resolve(given.data));
  const redis = given.redis ?? config.redisHost ?? own?.redis ?? 'localhost:6379';
  const places = isNamed ? named(given) : ofRunFile(resolve(given['run-file']));
  return {
    json: given.json,
    target: {
      ...places,
      redis: {
        ...splitHost(redis, given.redis === undefined ? 'REDIS_HOST' : '--redis'),
        username: config.redisUsername,
        password: config.redisPassword,
      },
      daprApiToken: config.daprApiToken ?? own?.token,
      token: given.token ?? config.token,
      apiKey: given['api-key'] ?? config.apiKey,
    },
  };
}

type Places = Pick<Target, 'producer' | 'bffs' | 'sidecars'>;

function ofRunFile(path: string): Places {
  const runFile = readRunFile(path);
  const local = (port: number) => `http://127.0.0.1:${port}`;
  const publicOf = (id: string) =>
    runFile.apps.filter(({ appId }) => appId === id).map(({ port }) => local(port));
  const sidecarsOf = (id: string) => sidecarPortsOf(runFile, id).map(local);
  return {
    producer: publicOf(APP_IDS.producer)[0] ?? '',
    bffs: publicOf(APP_IDS.bff),
    sidecars: [
      ...sidecarsOf(APP_IDS.producer).map((url) => ({ url, name: APP_IDS.producer })),
      ...sidecarsOf(APP_IDS.bff).map((url, index) => ({ url, name: bffName(index) })),
    ],
  };
}

function named(given: ReturnType<typeof parse>): Places {
  const { producer, bff = [], sidecar = [] } = given;
  if (producer === undefined || bff.length === 0) {
    throw new Failure(`Name the producer and each bff: --producer URL --bff URL [--bff URL].\nUse: ${USAGE}`);
  }
  return {
    producer: urlOf(producer, '--producer'),
    bffs: bff.map((url) => urlOf(url, '--bff')),
    sidecars: sidecar.map((url) => ({ url: urlOf(url, '--sidecar') })),
  };
}

function urlOf(text: string, option: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw new Failure(`${option} is ${text}; give an address such as http://localhost:4001.\nUse: ${USAGE}`);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        producer: { type: 'string' },
        bff: { type: 'string', multiple: true },
        sidecar: { type: 'string', multiple: true },
        redis: { type: 'string' },
        token: { type: 'string' },
        'api-key': { type: 'string' },
        'run-file': { type: 'string', default: RUN_FILE },
        data: { type: 'string', default: DATA_DIR },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Failure(`${messageOf(error)}\nUse: ${USAGE}`);
  }
}

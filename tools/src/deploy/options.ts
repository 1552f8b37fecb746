import { parseArgs } from 'node:util';
import type { ImageSource } from '../containers/images.ts';
import { readImageSource } from '../containers/options.ts';
import { Failure, messageOf } from '../failure.ts';

/** Without a registry the images were loaded into the only node. */
export interface DeployOptions extends ImageSource {
  /** The Ingress's class; without one it is found. */
  ingressClass: string | undefined;
  /** The host name that the Ingress is for; without one it is for all. */
  host: string | undefined;
  /** Leads POST /notifications from outside to the producer. */
  publish: boolean;
  /** The longest wait for each part of the roll-out, in ms. */
  timeoutMs: number;
}

const USAGE =
  'npm run deploy -- --registry URL | --local [--tag T] [--ingress-class NAME] [--host NAME] [--publish] [--timeout SECONDS]\n' +
  '     npm run deploy -- --delete';

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Reads what stands behind `npm run deploy --`.
 * @throws Failure that lists all faults
 */
export function readDeployOptions(args: string[]): DeployOptions | 'delete' {
  const given = parse(args);
  if (given.delete) {
    if (args.length > 1) throw new Failure(`--delete stands alone.\nUse: ${USAGE}`);
    return 'delete';
  }
  const { local, publish, host } = given;
  const { registry, tag, faults: sourceFaults } = readImageSource(given);
  const seconds = Number(given.timeout);
  const faults = [
    ...(local === (registry === undefined) ? [] : ['give either --registry URL or --local']),
    ...sourceFaults,
    ...(given['ingress-class'] === undefined || NAME.test(given['ingress-class'])
      ? []
      : ['--ingress-class takes the name of an IngressClass']),
    ...(host === undefined || NAME.test(host) ? [] : ['--host takes a host name, as notify.example.com']),
    ...(seconds > 0 && seconds <= 3_600 ? [] : ['--timeout takes seconds, above 0 and at most 3600']),
  ];
  if (faults.length > 0) throw new Failure(`${faults.join('.\n')}.\nUse: ${USAGE}`);
  return { registry, tag, ingressClass: given['ingress-class'], host, publish, timeoutMs: seconds * 1_000 };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        registry: { type: 'string' },
        local: { type: 'boolean', default: false },
        tag: { type: 'string' },
        'ingress-class': { type: 'string' },
        host: { type: 'string' },
        publish: { type: 'boolean', default: false },
        timeout: { type: 'string', default: '300' },
        delete: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Failure(`${messageOf(error)}\nUse: ${USAGE}`);
  }
}

import { parseOptions, throwIfInvalid } from '../options.ts';
import { productVersion, type ImageSource } from './images.ts';

export interface ContainersOptions extends ImageSource {
  push: boolean;
}

const USAGE = 'npm run containers -- [--registry HOST[:PORT][/PATH]] [--tag TAG] [--push]';
const REGISTRY = /^[a-z0-9.-]+(:\d{1,5})?(\/[a-z0-9._-]+)*$/;
/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * Parses the options of `npm run containers --`.
 * @throws Failure that lists all errors
 */
export function readContainersOptions(args: string[]): ContainersOptions {
  const values = parse(args);
  const source = readImageSource(values);
  const errors = [
    ...source.errors,
    ...(values.push && !source.registry ? ['--push requires --registry'] : []),
  ];
  throwIfInvalid(errors, USAGE);
  return { registry: source.registry, tag: source.tag, push: values.push };
}

/** The values of `--registry` and `--tag`, and any errors in them. */
export function readImageSource(values: {
  registry?: string | undefined;
  tag?: string | undefined;
}): ImageSource & { errors: string[] } {
  const registry = values.registry?.replace(/^https?:\/\//, '').replace(/(?<!\/)\/+$/, '');
  const tag = values.tag ?? productVersion();
  const errors = [
    ...(registry === undefined || REGISTRY.test(registry)
      ? []
      : [`Invalid --registry ${values.registry}. Use host, host:port or host/path in lower case`]),
    ...(TAG.test(tag)
      ? []
      : [`Invalid --tag ${tag}. Use up to 128 characters (A-Z a-z 0-9 _ . -), not starting with . or -`]),
  ];
  return { registry, tag, errors };
}

const parse = (args: string[]) =>
  parseOptions(args, USAGE, {
    options: {
      registry: { type: 'string' },
      tag: { type: 'string' },
      push: { type: 'boolean', default: false },
    },
  }).values;

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { APPS, type App } from '../build/bundle.ts';
import { ROOT } from '../paths.ts';

export interface ImageSource {
  /** `host[:port][/path]` without a scheme. Omitted for images on this machine. */
  registry: string | undefined;
  tag: string;
}

/** An application's image name, for example `registry.example.com/team/tocsin-bff:0.1.0`. */
export const imageName = (app: App, { registry, tag }: ImageSource): string =>
  `${registry ? `${registry}/` : ''}tocsin-${app}:${tag}`;

export const imageNames = (source: ImageSource): string[] => APPS.map((app) => imageName(app, source));

/** The default tag of images: the version in package.json. */
export function productVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}

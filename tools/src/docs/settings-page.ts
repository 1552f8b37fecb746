import { bffSettings } from '@tocsin/bff';
import { producerSettings } from '@tocsin/producer';
import { uiSettings } from '@tocsin/ui/server';
import type { z } from 'zod';

interface Setting {
  name: string;
  text: string;
  defaultValue: string;
}

const textOf = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '–';

/** Parses an empty object to get the defaults, which works because every setting is optional. */
function settingsOf(schema: z.ZodObject): Setting[] {
  const defaults: Record<string, unknown> = schema.parse({});
  return Object.entries(schema.shape)
    .filter(([name]) => name !== 'FAILPOINTS')
    .map(([name, field]) => ({
      name,
      text: (field as z.ZodType).description ?? '',
      defaultValue: textOf(defaults[name]),
    }));
}

const table = (settings: readonly Setting[]): string =>
  [
    '| variable | default | meaning |',
    '|---|---|---|',
    ...settings.map(({ name, text, defaultValue }) => `| \`${name}\` | ${defaultValue} | ${text} |`),
  ].join('\n');

/** Generates `docs/settings.md` from the applications' settings schemas. */
export const settingsPage = (): string => `# Settings

Set everything with environment variables. An empty variable is treated as unset. If settings are invalid, the process
lists all errors and exits. \`npm run docs\` generates this page from \`producer/src/config.ts\`, \`bff/src/config.ts\`
and \`ui/src/server/config.ts\`.

## producer

${table(settingsOf(producerSettings))}

## bff

${table(settingsOf(bffSettings))}

You can override each \`REDIS_…\` setting for one part of the data, with \`REDIS_STATE_…\`, \`REDIS_ENTRIES_…\`,
\`REDIS_TOPICS_…\` or \`REDIS_AUDIT_…\` ([several Redis servers](guides/redis.md#several-redis-servers)).

## ui

This server serves only the pages. Run it behind a proxy that forwards /app and /hubs to a bff.

${table(settingsOf(uiSettings))}

## \`npm start\`

| variable | default | meaning |
|---|---|---|
| \`TOCSIN_ADDRESS\` | 127.0.0.1 | Address of the public ports. 0.0.0.0 opens them to all networks, and requires \`AUTH_MODE=jwt\` and \`API_KEYS=on\` |
| \`TOCSIN_INSECURE\` | – | \`yes\` lets \`TOCSIN_ADDRESS\` open the public ports without authentication |
| \`REDIS_HOST\` | – | Address (host:port) of an existing Redis server. If unset, \`npm start\` runs a private Redis server that stores its data in \`.data/\` |
| \`REDIS_USERNAME\`, \`REDIS_PASSWORD\` | – | User and password for the Redis server in \`REDIS_HOST\`. If no user is set, the default user applies |
| \`REDIS_TLS\`, \`REDIS_SENTINEL\`, \`REDIS_CLUSTER\` and others | – | TLS, Sentinel and cluster settings for the Redis server in \`REDIS_HOST\`, with the same meaning as for the bff. The sidecars use them too |
| \`DAPR_RUNTIME_PATH\` | – | Folder of your Dapr installation: the folder that contains \`.dapr/bin\`. If set, \`npm start\` uses no other Dapr. If unset, \`npm start\` looks for \`.dapr/bin\` in the home folder first |
| \`DAPR_UNTESTED\` | – | \`yes\` allows a Dapr older than 1.18. Tocsin is not tested with such versions |
| \`DAPR_MIRROR\` | https://github.com | Address that replaces \`https://github.com\` in the addresses from which \`npm start\` downloads Dapr |
| \`HTTPS_PROXY\`, \`HTTP_PROXY\`, \`NO_PROXY\` | – | Proxies for downloading Dapr, with the same meaning as for curl and npm |
| \`XDG_CACHE_HOME\` | ~/.cache | Cache folder. \`npm start\` keeps the Dapr that it has downloaded or built in its \`tocsin\` subfolder |
| \`DEMO_INTERVAL_MS\` | 1000 | Milliseconds between demo notifications; with 0, none are published |
| \`JWT_SECRET\` | – | Secret for signing and checking tokens with \`AUTH_MODE=jwt\`, at least 32 bytes. If unset, \`npm start\` generates a secret and stores it in \`.data/\` |
| \`BROWSER\` | – | \`none\` stops \`npm start\` from opening a browser |
`;

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
  typeof value === 'string' || typeof value === 'number' ? String(value) : '–';

/** Every setting may be left out, so parsing nothing gives all defaults. */
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
    '| variable | default | what |',
    '|---|---|---|',
    ...settings.map(({ name, text, defaultValue }) => `| \`${name}\` | ${defaultValue} | ${text} |`),
  ].join('\n');

/** `docs/settings.md`, made from the schemas that the applications read their settings with. */
export const settingsPage = (): string => `# Settings

All settings are environment variables. An empty one counts as absent; a start with faulty ones lists all faults and
ends. This page is made from the schemas in \`producer/src/config.ts\`, \`bff/src/config.ts\` and \`ui/src/server/config.ts\` by
\`npm run docs\`.

## producer

${table(settingsOf(producerSettings))}

## bff

${table(settingsOf(bffSettings))}

## ui

The server of the pages alone, behind a proxy that has /app and /hubs at a bff.

${table(settingsOf(uiSettings))}

## \`npm start\`

| variable | default | what |
|---|---|---|
| \`TOCSIN_ADDRESS\` | 127.0.0.1 | Address of the public ports; 0.0.0.0 opens them to all networks, which needs \`AUTH_MODE=jwt\` and \`API_KEYS=on\` |
| \`TOCSIN_INSECURE\` | – | \`yes\` opens them without these too |
| \`REDIS_HOST\` | – | An existing Redis as host:port; without it a private one runs, its data in \`.data/\` |
| \`REDIS_USERNAME\`, \`REDIS_PASSWORD\` | – | Its user, if it is not the default one, and their password |
| \`DAPR_RUNTIME_PATH\` | home folder | Folder above \`.dapr/bin\` of an installed Dapr |
| \`XDG_CACHE_HOME\` | ~/.cache | Where a Dapr that was built for you is kept |
| \`DEMO_INTERVAL_MS\` | 1000 | The demo source's pause; 0 is off |
| \`JWT_SECRET\` | – | The secret for tokens with \`AUTH_MODE=jwt\`, of 32 bytes or more; without it one is made and kept in \`.data/\` |
| \`BROWSER\` | – | \`none\` opens no browser |
`;

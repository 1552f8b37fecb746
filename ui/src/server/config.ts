import { commonSettings, iconOriginsSetting, parseConfig, portSetting } from '@tocsin/service';
import { z } from 'zod';

/** The page server's settings, in the same order as `docs/settings.md`. */
export const uiSettings = z.object({
  PORT: portSetting().default(8080).describe('Port for the pages (/ and /ops) and for health checks'),
  PUBLIC_HOST: commonSettings.PUBLIC_HOST,
  UI_DIST: z
    .string()
    .optional()
    .describe('Folder with the built pages. The default is ui/dist, next to the server'),
  AZURE_ENDPOINT: z
    .url({ protocol: /^https$/, error: 'must be an https address' })
    .transform((url) => new URL(url).origin)
    .optional()
    .describe(
      'The `Endpoint` in the connection string of Azure Web PubSub. Set it if the bffs use BROADCASTER=azure, so that the page’s content security policy allows connections to this endpoint',
    ),
  ICON_ORIGINS: iconOriginsSetting(),
  LOG_LEVEL: commonSettings.LOG_LEVEL,
});
export type UiConfig = z.infer<typeof uiSettings>;

/** Reads this process's settings. @throws ConfigError that lists all errors */
export const readConfig = (): UiConfig => parseConfig(uiSettings, process.env);

import { z } from 'zod';
import { MAX_REQUEST_BYTES, faultsOf } from '@tocsin/contracts';
import { isHostName } from '../http/guards/hosts.ts';

/** Thrown if the configuration is invalid. The message lists all errors so that you can fix them in one go. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const emptyIsAbsent = (env: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));

/**
 * Reads the settings of `schema` from `env`. Treats empty values as unset.
 * @throws ConfigError that lists all errors by variable
 */
export function parseConfig<T extends z.ZodObject>(
  schema: T,
  env: Record<string, string | undefined>,
): z.infer<T> {
  const result = schema.safeParse(emptyIsAbsent(env));
  if (result.success) return result.data;
  const faults = faultsOf(result.error).map(({ path, message }) => `  ${path}: ${message}`);
  throw new ConfigError(
    `The configuration is invalid. Fix these variables, then start again:\n${faults.join('\n')}`,
  );
}

const digits = /^\d{1,9}$/;

/** A decimal integer from `min` to `max`. */
export const wholeNumberSetting = (min: number, max: number) =>
  z
    .string()
    .refine(
      (text) => digits.test(text) && Number(text) >= min && Number(text) <= max,
      `must be a whole number from ${min} to ${max}`,
    )
    .transform(Number);

export const portSetting = () => wholeNumberSetting(1, 65_535);

/** With this minimum, the largest body fits into the three quarters that large bodies may use. */
const MIN_BODIES_BYTES = 2 * MAX_REQUEST_BYTES;

export const bodiesSetting = () =>
  wholeNumberSetting(MIN_BODIES_BYTES, 999_999_999)
    .default(64 * 1024 * 1024)
    .describe(
      'Maximum total size of all request bodies being read, in bytes. Requests that exceed it get 503 with Retry-After. Bodies over 16 KiB may use only three quarters of this size; the rest is reserved for smaller bodies',
    );

const listSetting = () =>
  z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter(Boolean));

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export const commonSettings = {
  PUBLIC_HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'Address of the public port. The default accepts connections only from this machine; use 0.0.0.0 to accept them from all networks, for example in a container. `npm start` sets it from `TOCSIN_ADDRESS`',
    ),
  INTERNAL_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address of the internal port, which only the sidecar calls. In a container, use 0.0.0.0'),
  DAPR_HOST: z
    .string()
    .regex(/^[\w.-]+$/, 'must be a host name or an IPv4 address')
    .default('127.0.0.1')
    .describe(
      'Host name or IPv4 address of the sidecar. Set it only if the sidecar isn’t reachable at 127.0.0.1',
    ),
  DAPR_HTTP_PORT: portSetting().default(3500).describe('HTTP port of the sidecar; Dapr sets it'),
  DAPR_API_TOKEN: z.string().optional().describe('Token that the application sends to its sidecar'),
  APP_API_TOKEN: z.string().optional().describe('Token that the sidecar sends to its application'),
  ALLOWED_HOSTS: listSetting()
    .refine(
      (hosts) => hosts.every(isHostName),
      'must be comma-separated host names such as app.example.com (or .example.com for all its subdomains), without scheme or port',
    )
    .describe(
      'Comma-separated host names under which clients may call ports that require no key or token. Other names get 403, which stops DNS rebinding. `localhost` and IP addresses are always allowed. `.example.com` allows all its subdomains',
    ),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('Minimum level of log lines to write'),
};

export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .optional()
    .describe(
      'Where to send spans (OTLP over HTTP), for example `http://localhost:4318`. If unset, tracing is off',
    ),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .refine((text) => /^(0(\.\d+)?|1(\.0+)?)$/.test(text), 'must be a number from 0 to 1, such as 0.05')
    .transform(Number)
    .default(0.01)
    .describe('Share of requests to trace. A request with a sampled `traceparent` is always traced'),
};

/**
 * Comma-separated image origins like `https://cdn.example.com`. Paths aren't allowed because the origins go into a
 * content security policy.
 */
export const iconOriginsSetting = () =>
  z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter(Boolean))
    .refine(
      (origins) => origins.every(isHttpsOrigin),
      'must be comma-separated origins such as https://cdn.example.com, without a path or trailing slash',
    )
    .describe(
      'Comma-separated origins from which notification icons may be loaded. If empty, no images are shown. The bff and the UI server need the same value',
    );

const isHttpsOrigin = (text: string): boolean =>
  !text.includes('*') && URL.canParse(text) && text.startsWith('https://') && new URL(text).origin === text;

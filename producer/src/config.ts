import { z } from 'zod';
import { MAX_NOTIFICATIONS_PER_REQUEST, MAX_PARTITIONS } from '@tocsin/contracts';
import {
  bodiesSetting,
  commonSettings,
  failpointSettings,
  parseConfig,
  portSetting,
  tracingSettings,
  wholeNumberSetting,
} from '@tocsin/service';

/** A request of 1 MiB must fit even if the sidecar expands every character to a six-byte escape. */
const MIN_QUEUE_BYTES = 8 * 1024 * 1024;

export const producerSettings = z.object({
  ...commonSettings,
  PORT: portSetting().default(4000).describe('Public port: POST /notifications, health, metrics, OpenAPI'),
  INTERNAL_PORT: portSetting().default(4100).describe('Internal port, which only the sidecar calls'),
  DAPR_GRPC_PORT: portSetting().default(50_001).describe('gRPC port of the sidecar; Dapr sets it'),
  DEMO_INTERVAL_MS: wholeNumberSetting(0, 86_400_000)
    .default(0)
    .describe(
      'Milliseconds between the demo notifications that the producer publishes; with 0, it publishes none',
    ),
  REQUEST_TIMEOUT_MS: wholeNumberSetting(100, 30_000)
    .default(5_000)
    .describe(
      'Time limit for depositing and announcing all notifications of a request, in milliseconds. A request that takes longer gets 503',
    ),
  SIDECAR_TIMEOUT_MS: wholeNumberSetting(100, 10_000)
    .default(3_000)
    .describe('Time limit for one call to the sidecar, in milliseconds. Calls that exceed it are retried'),
  QUEUE_MAX: wholeNumberSetting(MAX_NOTIFICATIONS_PER_REQUEST, 1_000_000)
    .default(10_000)
    .describe(
      'Maximum number of notifications that are waiting or being published. The same number limits the notifications being scheduled, and the cancellations in progress; each of the three is counted separately. At a limit, requests get 503 immediately',
    ),
  QUEUE_MAX_BYTES: wholeNumberSetting(MIN_QUEUE_BYTES, 999_999_999)
    .default(64 * 1024 * 1024)
    .describe(
      'Maximum size of the notifications that are waiting or being published, in bytes of JSON. The same limit applies separately to the notifications being scheduled and to the cancellations in progress. At a limit, requests get 503 immediately',
    ),
  BODIES_MAX_BYTES: bodiesSetting(),
  PARTITIONS: wholeNumberSetting(1, MAX_PARTITIONS)
    .default(2)
    .describe(
      'Number of partitions that the feeds are divided into. More partitions allow higher rates. With fewer, more notifications share an entry, which saves CPU',
    ),
  ENTRY_INTERVAL_MS: wholeNumberSetting(0, 1_000)
    .default(0)
    .describe(
      'Minimum time between two of this producer’s entries for the same partition, in milliseconds. Notifications that arrive in the meantime share the next entry. This saves CPU in large deployments, but delays notifications by up to this time. The first notification after a pause isn’t delayed, and a full entry is followed by the next one immediately. Keep it well below REQUEST_TIMEOUT_MS',
    ),
  MAX_CONNECTIONS: wholeNumberSetting(1, 1_000_000)
    .default(1_000)
    .describe(
      'Maximum number of TCP connections to the public port. Additional connections are closed immediately',
    ),
  HEADERS_TIMEOUT_MS: wholeNumberSetting(100, 60_000)
    .default(10_000)
    .describe(
      'Time limit for receiving request headers, in milliseconds. The whole request can take three times as long',
    ),
  API_KEYS: z
    .enum(['on', 'off'], 'must be on or off')
    .default('off')
    .describe(
      'Who may publish on the public port and by invocation: anyone (`off`), or only callers with an API key (`on`)',
    ),
  API_KEYS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File with the records of the API keys, read every second. If unset, the records are read from the secret store every 30 s',
    ),
  DEAD_LETTER_PAUSE_MS: wholeNumberSetting(0, 9_000)
    .default(2_000)
    .describe('Delay before reprocessing an event that ran out of retries, in milliseconds'),
  ...tracingSettings,
  ...failpointSettings,
});
export type ProducerConfig = z.infer<typeof producerSettings>;

/**
 * Reads this process's settings.
 * @throws ConfigError that lists all errors
 */
export const readConfig = (): ProducerConfig => parseConfig(producerSettings, process.env);

import { expect, it } from 'vitest';
import { parseConfig } from '@tocsin/service';
import { producerSettings } from './config.ts';

it('should have defaults for all optional settings', () => {
  expect(parseConfig(producerSettings, {})).toEqual({
    API_KEYS: 'off',
    PUBLIC_HOST: '127.0.0.1',
    ALLOWED_HOSTS: [],
    BODIES_MAX_BYTES: 64 * 1024 * 1024,
    MAX_CONNECTIONS: 1_000,
    HEADERS_TIMEOUT_MS: 10_000,
    INTERNAL_HOST: '127.0.0.1',
    DAPR_HOST: '127.0.0.1',
    DAPR_HTTP_PORT: 3500,
    DAPR_GRPC_PORT: 50_001,
    DEAD_LETTER_PAUSE_MS: 2_000,
    LOG_LEVEL: 'info',
    PORT: 4000,
    INTERNAL_PORT: 4100,
    DEMO_INTERVAL_MS: 0,
    REQUEST_TIMEOUT_MS: 5_000,
    SIDECAR_TIMEOUT_MS: 3_000,
    QUEUE_MAX: 10_000,
    QUEUE_MAX_BYTES: 64 * 1024 * 1024,
    PARTITIONS: 2,
    ENTRY_INTERVAL_MS: 0,
    OTEL_TRACES_SAMPLER_ARG: 0.01,
  });
});

it('should list all errors with the variable names', () => {
  const env = {
    PORT: '0',
    DEMO_INTERVAL_MS: '1s',
    REQUEST_TIMEOUT_MS: '99',
    QUEUE_MAX: '-1',
    OTEL_TRACES_SAMPLER_ARG: '2',
  };
  for (const name of Object.keys(env)) {
    expect(() => parseConfig(producerSettings, env)).toThrow(new RegExp(`^  ${name}: must be`, 'm'));
  }
});

it('should describe every setting', () => {
  for (const [name, setting] of Object.entries(producerSettings.shape)) {
    expect(setting.description, name).toBeTruthy();
  }
});

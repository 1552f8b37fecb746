import { describe, expect, it } from 'vitest';
import { rejectStrayRedisSettings } from './stray-redis-settings.ts';

describe('rejectStrayRedisSettings', () => {
  it('should list the settings of another Redis if REDIS_HOST is missing or empty', () => {
    const env = { REDIS_TLS: 'true', REDIS_STATE_HOST: 'state:6379', REDIS_TYPE: 'cluster' };
    const message = 'unset REDIS_TLS, REDIS_TYPE, REDIS_STATE_HOST. To use your own Redis, set REDIS_HOST.';
    expect(() => rejectStrayRedisSettings(env)).toThrow(message);
    expect(() => rejectStrayRedisSettings({ ...env, REDIS_HOST: '' })).toThrow(message);
  });

  it('should accept these settings if REDIS_HOST is set', () => {
    expect(() => rejectStrayRedisSettings({ REDIS_HOST: 'redis:6379', REDIS_PASSWORD: 'x' })).not.toThrow();
  });

  it('should accept empty settings, switches that are off, and other programs’ variables', () => {
    const env = {
      REDIS_PASSWORD: '',
      REDIS_TLS: 'false',
      REDIS_URL: 'redis://elsewhere',
      REDIS_PORT_6379_TCP: 'tcp://x',
    };
    expect(() => rejectStrayRedisSettings(env)).not.toThrow();
  });
});

import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { ConfigError, commonSettings, parseConfig, wholeNumberSetting } from './config.ts';

const schema = z.object({ ...commonSettings, COUNT: wholeNumberSetting(1, 10), NAME: z.string() });

describe('a configuration', () => {
  it('should use the defaults for missing and empty values', () => {
    const config = parseConfig(schema, { COUNT: '7', NAME: 'x', LOG_LEVEL: '', OTHER: 'ignored' });
    expect(config).toMatchObject({ COUNT: 7, NAME: 'x', LOG_LEVEL: 'info', DAPR_HTTP_PORT: 3500 });
    expect(config).not.toHaveProperty('OTHER');
  });

  it('should report all errors together', () => {
    expect(() => parseConfig(schema, { COUNT: '11', LOG_LEVEL: 'loud', DAPR_HTTP_PORT: '70000' })).toThrow(
      ConfigError,
    );
    expect(() => parseConfig(schema, { COUNT: '11', LOG_LEVEL: 'loud', DAPR_HTTP_PORT: '70000' })).toThrow(
      /DAPR_HTTP_PORT: .*65535\n {2}LOG_LEVEL: must be one of trace.*\n {2}COUNT: .*from 1 to 10\n {2}NAME: /,
    );
  });

  it.each(['', ' 1', '1.0', '1e3', '-1', '0x1', '٣', '9999999999'])(
    'should not accept %j as a number',
    (text) => {
      expect(() => parseConfig(schema, { COUNT: text, NAME: 'x' })).toThrow('COUNT');
    },
  );
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@tocsin/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAwaySettings } from './settings.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tocsin-settings-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string | object) {
  const file = join(folder, 'away.json');
  writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text));
  return readAwaySettings(file);
}
/** Returns the error message for these settings. */
function refusal(text: string | object): string {
  try {
    read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return expect.fail('was accepted');
}
const REQUIRED = { publicUrl: 'https://inbox.example' };
const policyVia = (via: string) => ({ fallback: [{ after: 'PT1M', via }] });

describe('the file specified by AWAY_FILE', () => {
  it('should define no channels or policies by default', () => {
    expect(read(REQUIRED)).toEqual({ ...REQUIRED, bindings: {}, policies: [] });
  });

  it('should be refused with a list of all errors', () => {
    const message = refusal({
      publicUrl: 'ftp://inbox.example',
      email: { from: 'a@x.example', window: 'P2D', perHour: 0, unknown: 'maybe', to: 'b@x.example' },
      bindings: { webhook: {}, code: {}, sms: { data: '$phone' } },
      policies: [{ severities: ['fatal'], fallback: [{ after: '5m', via: 'email' }] }],
    });
    for (const part of [
      ...['publicUrl: must be an http', 'email.window: ', 'email.perHour: ', 'email.unknown: ', 'email.to: '],
      ...[
        'bindings.webhook: must not be email, push, webhook, code',
        'bindings.code: must not be email, push, webhook, code',
        'bindings.sms.data',
        'policies.0.severities.0: ',
        'policies.0.fallback.0.after: ',
      ],
    ])
      expect(message).toContain(part);
  });

  it('should be refused if a policy uses a nonexistent channel', () => {
    const settings = { ...REQUIRED, push: {}, bindings: { sms: {} } };
    expect(read({ ...settings, policies: [policyVia('push'), policyVia('sms')] }).policies).toHaveLength(2);
    expect(refusal({ ...settings, policies: [policyVia('push'), policyVia('email')] })).toContain(
      'policies.1: there is no email channel',
    );
  });

  it("should be refused if it can't be read", () => {
    expect(refusal('{"publicUrl":')).toContain('cannot be read as JSON');
    expect(() => readAwaySettings(join(folder, 'none.json'))).toThrow(/none\.json cannot be read/);
    expect(refusal({ publicUrl: 'https://inbox.example/?a=b' })).toContain('must not contain ? or #');
  });
});

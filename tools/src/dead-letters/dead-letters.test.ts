import type { SetAside } from '@tocsin/contracts';
import { SetAsideError, SetAsideRecords, Sidecar, SidecarError } from '@tocsin/service';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Failure } from '../failure.ts';
import { deadLetters } from './dead-letters.ts';

let printed: string;
beforeEach(() => {
  printed = '';
  vi.stubEnv('DAPR_HTTP_PORT', '1');
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((printed += String(text))));
  vi.spyOn(Sidecar.prototype, 'publish').mockResolvedValue();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const record = (entry: string, members: Partial<SetAside> = {}): SetAside => ({
  ...{ v: 1, entry, feed: '', reason: 'invalid', faults: [], content: null, at: '2026-01-01T00:00:00Z' },
  ...members,
});
const records = (...stored: SetAside[]) => {
  vi.spyOn(SetAsideRecords.prototype, 'list').mockResolvedValue(stored);
  vi.spyOn(SetAsideRecords.prototype, 'find').mockImplementation(async () => stored[0]!);
};
/** Makes `putBack` fail for the records with these names. */
const failures = (errors: Record<string, Error>) =>
  vi.spyOn(SetAsideRecords.prototype, 'putBack').mockImplementation(async ({ entry }) => {
    if (errors[entry]) throw errors[entry];
  });

it('should stop `put-back --all` at an error that isn’t about a record, and say how many were put back', async () => {
  records(record('a'), record('b'), record('c'), record('d'));
  const putBack = failures({
    b: new SetAsideError('conflict', 'b is invalid.'),
    c: new Error('The producer did not accept c: The signature is invalid.'),
  });
  await expect(deadLetters(['put-back', '--all'])).rejects.toThrow(
    new Failure(
      'Put back 1 of 4 records, then stopped. The producer did not accept c: The signature is invalid.',
    ),
  );
  expect(printed).toBe('Put back: a\nCould not put back a record: b is invalid.\n');
  expect(putBack).toHaveBeenCalledTimes(3);
});

it('should give the unreachable sidecar as the reason if `put-back --all` stops partway', async () => {
  records(record('a'), record('b'));
  failures({ b: new SidecarError('connect ECONNREFUSED', { code: 'ERR_SIDECAR_UNREACHABLE' }) });
  await expect(deadLetters(['put-back', '--all'])).rejects.toThrow(
    new Failure(
      "Put back 1 of 2 records, then stopped. The bff's sidecar does not respond: connect ECONNREFUSED. Is Tocsin running?",
    ),
  );
});

it('should report an error while putting back a single record without a stack trace', async () => {
  records(record('a'));
  failures({ a: new Error('The producer did not accept a: No.') });
  await expect(deadLetters(['put-back', 'a'])).rejects.toThrow(
    new Failure('Put back 0 of 1 records, then stopped. The producer did not accept a: No.'),
  );
});

it.each([[[]], [['show', 'a']], [['put-back', 'a']]])(
  'should escape control characters that a publisher chose: %j',
  async (args) => {
    const name = '\u001b]0;x\u0007\u009b2J\nPut back: b\u202e';
    records(record('event:a', { faults: [`${name}: is unknown`], content: `{"${name}":1}` }));
    failures({ 'event:a': new SetAsideError('conflict', `${name}: is unknown`) });
    const failure: unknown = await deadLetters(args).catch((error: unknown) => error);
    const output = `${printed}${failure instanceof Error ? failure.message : ''}`;
    expect(output).toContain(String.raw`\u009b2J`);
    expect(output).not.toMatch(/^Put back/m);
    expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  },
);

it('should escape control characters while it puts back several records', async () => {
  records(record('a'), record('b'), record('c'));
  failures({
    a: new SetAsideError('conflict', 'a: \u001b[2J'),
    b: new Error('b: \u009b2J'),
  });
  await expect(deadLetters(['put-back', '--all'])).rejects.toThrow(String.raw`stopped. b: \u009b2J`);
  expect(printed).toBe('Could not put back a record: a: \\u001b[2J\n');
});

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { notificationInputSchema } from '../feed/notification.ts';
import { pageQuerySchema } from '../feed/page.ts';
import { faultsOf } from '../http/problem.ts';
import { patchPreferencesSchema, putPreferencesSchema } from '../inbox/preferences.ts';
import { snoozeSchema } from '../inbox/requests.ts';
import { putMutesSchema } from '../reader/mutes.ts';
import { markReadSchema } from '../reader/read.ts';
import { streamQuerySchema } from '../socket/stream-query.ts';

const linesOf = (schema: z.ZodType, value: unknown): string[] => {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : faultsOf(parsed.error).map(({ path, message }) => `${path}: ${message}`);
};
const pathsOf = (schema: z.ZodType, value: unknown): string[] =>
  linesOf(schema, value).map((line) => line.slice(0, line.indexOf(':')));

const future = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('a check that spans several members', () => {
  it('should run even if another member is invalid', () => {
    const fallback = [{ after: 'PT5M', via: 'email' }];
    expect(pathsOf(notificationInputSchema, { feed: 'all', fallback })).toEqual(['title', 'fallback']);
    const times = { deliverAt: future(60_000), expiresAt: future(30_000) };
    expect(pathsOf(notificationInputSchema, { title: 'x', ...times, severity: 'bad' })).toEqual([
      ...['severity', 'deliverAt'],
    ]);
    expect(pathsOf(patchPreferencesSchema, { clientId: '', more: 1 }).toSorted()).toEqual([
      ...['', 'clientId', 'more'],
    ]);
    expect(pathsOf(pageQuerySchema, { limit: '0', after: '7' })).toEqual(['limit', 'epoch']);
  });

  it.each([
    [{ deliverAt: 7, expiresAt: true }, ['expiresAt', 'deliverAt']],
    [{ deliverAt: 'soon', expiresAt: '2999-01-01T00:00:00Z' }, ['deliverAt']],
    [{ deliverAt: null, expiresAt: [] }, ['expiresAt', 'deliverAt']],
    [{ feed: { toString: 1, valueOf: 1 }, fallback: [] }, ['feed', 'fallback', 'fallback']],
    [{ feed: 7, fallback: 'email' }, ['feed', 'fallback', 'fallback']],
    [{ feed: 'user:', fallback: 7 }, ['feed', 'fallback']],
  ])('should not throw if members have a wrong type: %j', (members, paths) => {
    expect(pathsOf(notificationInputSchema, { title: 'x', ...members })).toEqual(paths);
  });

  it('should not run unless the value is an object', () => {
    for (const schema of [notificationInputSchema, patchPreferencesSchema, pageQuerySchema]) {
      for (const value of [undefined, null, 7, 'x', []]) expect(pathsOf(schema, value)).toEqual(['']);
    }
  });
});

describe('a list with too many items', () => {
  const bad = { label: '', link: 'foo', x: 1 };

  it('should report errors in its items and in other members', () => {
    const times = { deliverAt: future(60_000), expiresAt: future(30_000) };
    const faults = linesOf(notificationInputSchema, { title: 'x', ...times, actions: Array(4).fill(bad) });
    expect(faults).toHaveLength(4 * 3 + 2);
    expect(faults).toContain('actions: must have at most 3 actions');
    expect(faults).toContain('actions.3.x: is not a known member');
    expect(faults).toContain('deliverAt: must be before expiresAt');
  });

  it.each([
    ['actions', 3, notificationInputSchema],
    ['fallback', 5, notificationInputSchema],
    ['ids', 1_000, markReadSchema],
    ['ids', 100, snoozeSchema],
    ['feeds', 200, putMutesSchema],
    ['severities', 20, putPreferencesSchema],
    ['sources', 200, putPreferencesSchema],
    ['mutedUntil', 20, putPreferencesSchema],
    ['feed', 100, streamQuerySchema],
  ])('should be checked only up to the first item beyond its limit: %s, at most %i', (name, max, schema) => {
    const at = (count: number) =>
      linesOf(schema, { [name]: Array(count).fill(7) }).filter((line) => line.startsWith(name));
    expect(at(max).some((line) => line.includes('must have at most'))).toBe(false);
    const [line] = at(max + 1).filter((text) => text.includes('must have at most'));
    expect(line).toContain(`${name}: must have at most ${max} `);
    expect(at(500_000)).toEqual(at(max + 1));
  });

  it('should keep its limit and its default in the JSON schema', () => {
    const { properties } = z.toJSONSchema(putPreferencesSchema, { io: 'input' });
    expect(properties?.['severities']).toMatchObject({ type: 'array', maxItems: 20, default: [] });
  });
});

describe('a list of names', () => {
  const longTopics = Array.from({ length: 200 }, (_, i) => `topic:${String(i).padEnd(128, '-')}`);
  const longUserFeeds = Array.from({ length: 200 }, (_, i) => `user:${String(i).padEnd(255, 'ä')}`);

  it('should report both invalid names and errors in the list as a whole', () => {
    expect(linesOf(putMutesSchema, { feeds: longTopics, severities: [] })).toEqual([]);
    const feeds = ['x', ...longUserFeeds.slice(1)];
    expect(pathsOf(putMutesSchema, { feeds, severities: [] })).toEqual(['feeds.0', 'feeds']);
    expect(pathsOf(streamQuerySchema, { feed: ['x', 'all', 'all'] })).toEqual(['feed.0', 'feed']);
  });

  it('should not have its size checked if it has too many names or an item that is not a string', () => {
    let nested: unknown = [];
    for (let depth = 0; depth < 20_000; depth++) nested = [nested];
    expect(pathsOf(putMutesSchema, { feeds: [nested], severities: [] })).toEqual(['feeds.0']);
    expect(linesOf(putMutesSchema, { feeds: [...longUserFeeds, 'all'], severities: [] })).toEqual([
      'feeds: must have at most 200 feeds',
    ]);
  });
});

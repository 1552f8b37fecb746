import type { InboxState, Preferences, Problem, SearchAnswer } from '@tocsin/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { serveBff, type ServedBff } from '../../../testing/served-bff.ts';
import { searchAnswerSchema } from '../specs/schemas.ts';

let bff: ServedBff;
beforeAll(async () => {
  bff = await serveBff({});
  for (const id of ['a', 'b', 'c', 'd']) await bff.publish('all', id);
});
afterAll(() => bff.stop());
afterEach(() => {
  vi.useRealTimers();
});

const send = (method: string, path: string, body: unknown) =>
  fetch(`${bff.url}/app/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const post = (name: string, body: object) => send('POST', `notifications/${name}`, { feed: 'all', ...body });
const get = async <T>(path: string) => (await (await fetch(`${bff.url}/app/${path}`)).json()) as T;
const inboxOf = async (clientId: string) =>
  (await get<{ inbox?: InboxState }>(`notifications?clientId=${clientId}`)).inbox;
const found = async (query: string) => {
  const { items } = await get<SearchAnswer>(`notifications?${query}`);
  return items.map(({ notification }) => notification.id);
};
const isoAfter = (ms: number) => new Date(Date.now() + ms).toISOString();
/** Advances this process's clock. The server runs in this process too. */
const advanceClock = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });

describe("a reader's inbox", () => {
  it('should keep archived notifications and restore them', async () => {
    expect(await inboxOf('ada')).toBeUndefined();
    expect((await post('archive', { ids: ['b', 'unknown'], clientId: 'ada' })).status).toBe(204);
    expect(await inboxOf('ada')).toMatchObject({ archived: [[2, 2]] });
    expect(await inboxOf('ben')).toBeUndefined();
    expect(await found('state=archive&clientId=ada')).toEqual(['b']);
    expect(await found('state=inbox&clientId=ada')).toEqual(['d', 'c', 'a']);
    expect((await post('archive', { offset: 3, clientId: 'ada' })).status).toBe(204);
    expect(await inboxOf('ada')).toMatchObject({ archived: [[1, 3]] });
    expect((await post('unarchive', { ids: ['b'], clientId: 'ada' })).status).toBe(204);
    expect(await inboxOf('ada')).toMatchObject({
      archived: [
        [1, 1],
        [3, 3],
      ],
    });
  });

  it('should not count archived or snoozed notifications, and let read notifications be marked as unread', async () => {
    const unread = () => get<object>('unread?clientId=cleo');
    expect(await unread()).toMatchObject({ total: 4, unseen: 4 });
    await post('archive', { ids: ['a'], clientId: 'cleo' });
    await post('snooze', { ids: ['b'], until: isoAfter(60_000), clientId: 'cleo' });
    expect(await unread()).toMatchObject({ total: 2, unseen: 2 });
    await post('seen', { offset: 3, clientId: 'cleo' });
    expect(await unread()).toMatchObject({ total: 2, unseen: 1 });
    await post('read', { offset: 4, clientId: 'cleo' });
    expect(await unread()).toMatchObject({ total: 0, unseen: 0 });
    await post('unread', { ids: ['c'], clientId: 'cleo' });
    expect(await unread()).toMatchObject({ total: 1, unseen: 0 });
    expect(await found('state=unread&clientId=cleo')).toEqual(['c']);
    await post('read', { ids: ['c'], clientId: 'cleo' });
    expect(await unread()).toMatchObject({ total: 0 });
  });

  it('should return a snoozed notification to the inbox as unread when the snooze ends', async () => {
    await post('read', { offset: 4, clientId: 'dan' });
    expect((await post('snooze', { ids: ['d'], until: isoAfter(60_000), clientId: 'dan' })).status).toBe(204);
    expect(await found('state=snoozed&clientId=dan')).toEqual(['d']);
    expect(await found('state=inbox&clientId=dan')).toEqual(['c', 'b', 'a']);
    advanceClock(60_000);
    expect(await found('state=returned&clientId=dan')).toEqual(['d']);
    expect(await get<object>('unread?clientId=dan')).toMatchObject({ total: 1, unseen: 1 });
    await post('archive', { ids: ['d'], clientId: 'dan' });
    expect(await found('state=inbox&clientId=dan')).toEqual(['c', 'b', 'a']);
    await post('unsnooze', { ids: ['d'], clientId: 'dan' });
  });

  it('should refuse to snooze any notifications if some are unknown', async () => {
    const response = await post('snooze', { ids: ['a', 'gone'], until: isoAfter(60_000), clientId: 'eve' });
    expect(response.status).toBe(404);
    expect((await response.json()) as Problem).toMatchObject({ code: 'not_found', ids: ['gone'] });
    expect(await inboxOf('eve')).toBeUndefined();
  });

  it('should require a reader, and list all errors', async () => {
    const anonymous = await post('archive', { ids: ['a'] });
    expect(anonymous.status).toBe(400);
    expect(((await anonymous.json()) as Problem).errors).toEqual([
      { path: 'clientId', message: 'is required if you are not signed in' },
    ]);
    const invalidSnooze = await post('snooze', {
      ids: [],
      until: '2020-01-01T00:00:00Z',
      clientId: 'fay',
      more: 1,
    });
    const { errors } = (await invalidSnooze.json()) as Problem;
    expect(errors?.map(({ path }) => path).toSorted()).toEqual(['ids', 'more', 'until']);
  });
});

describe('preferences', () => {
  const preferencesOf = (clientId: string) => get<Preferences>(`preferences?clientId=${clientId}`);
  const quietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', allow: ['error'] };

  it('should change only the given members, and share mutes with 0.1.0 clients', async () => {
    expect(await preferencesOf('gil')).toEqual({
      ...{ feeds: [], severities: [], sources: [], categories: [] },
      ...{ quietHours: null, sound: false, desktop: false },
    });
    await send('PUT', 'mutes', { feeds: ['topic:x'], severities: ['info'], clientId: 'gil' });
    expect((await send('PATCH', 'preferences', { quietHours, clientId: 'gil' })).status).toBe(204);
    await send('PATCH', 'preferences', { sources: ['ci'], severities: [], clientId: 'gil' });
    expect(await preferencesOf('gil')).toMatchObject({
      feeds: ['topic:x'],
      severities: [],
      sources: ['ci'],
      quietHours,
    });
    expect(await get<object>('mutes?clientId=gil')).toEqual({ feeds: ['topic:x'], severities: [] });
    await send('PUT', 'preferences', { sound: true, clientId: 'gil' });
    expect(await preferencesOf('gil')).toMatchObject({
      feeds: [],
      sources: [],
      quietHours: null,
      sound: true,
    });
  });

  it('should drop expired mutes', async () => {
    const mute = (name: string, ms: number) => ({
      ...{ list: 'sources' as const, name, until: new Date(Date.now() + ms).toISOString() },
    });
    const [night, ended] = [mute('ci', 60_000), mute('shop', -1)];
    const change = { mutedUntil: [night, ended], clientId: 'ida' };
    expect((await send('PATCH', 'preferences', change)).status).toBe(204);
    expect((await preferencesOf('ida')).mutedUntil).toEqual([night]);
    advanceClock(60_000);
    expect(Object.keys(await preferencesOf('ida'))).not.toContain('mutedUntil');
    const long = await send('PATCH', 'preferences', { mutedUntil: [mute('ci', 4e10)], clientId: 'ida' });
    expect(((await long.json()) as Problem).errors?.map(({ path }) => path)).toEqual(['mutedUntil.0.until']);
  });

  it('should reject invalid times, days and time zones, and list all errors', async () => {
    const invalidHours = { from: '24:00', to: '7', timeZone: '+02:00', days: ['moon'], allow: ['panic'] };
    const response = await send('PATCH', 'preferences', { quietHours: invalidHours, clientId: 'gil' });
    const { errors } = (await response.json()) as Problem;
    expect(errors?.map(({ path }) => path).toSorted()).toEqual([
      ...[
        'quietHours.allow.0',
        'quietHours.days.0',
        'quietHours.from',
        'quietHours.timeZone',
        'quietHours.to',
      ],
    ]);
    expect((await send('PATCH', 'preferences', { clientId: 'gil' })).status).toBe(400);
  });
});

describe('a search', () => {
  it('should reject unknown parameters and invalid cursors', async () => {
    for (const query of ['q=a&state=gone', 'q=a&offset=1', 'cursor=AAAA', 'q=a&feed=nope', 'q=a&limit=201'])
      expect((await fetch(`${bff.url}/app/notifications?${query}`)).status).toBe(400);
  });

  it('should continue from the cursor to the end', async () => {
    const first = await get<SearchAnswer>('notifications?state=any&limit=3');
    expect(first).toMatchObject({ more: true });
    const second = await get<SearchAnswer>(`notifications?state=any&limit=3&cursor=${first.cursor}`);
    expect(second.items.map(({ notification }) => notification.id)).toEqual(['a']);
    expect(second.more).toBe(false);
  });

  it('should return all members that the OpenAPI document lists, and no others', async () => {
    await post('snooze', { ids: ['a'], until: isoAfter(60_000), clientId: 'ida' });
    await post('snooze', { ids: ['b'], until: isoAfter(1_000), clientId: 'ida' });
    advanceClock(2_000);
    const answer = await get<SearchAnswer>('notifications?state=any&clientId=ida');
    const members = new Set(answer.items.flatMap((item) => Object.keys(item)));
    expect([...members]).toEqual(expect.arrayContaining(['until', 'returnedAt']));
    expect(searchAnswerSchema.parse(answer)).toEqual(answer);
  });
});

it('should list at most 1,000 errors in a body, and say so', async () => {
  const response = await post('unread', { ids: Array(2_000).fill('') });
  expect(response.status).toBe(400);
  const { errors, detail } = (await response.json()) as Problem;
  expect(errors).toHaveLength(1_000);
  expect(detail).toBe('The body is invalid; see errors. The first 1000 are listed.');
});

import { describe, expect, it } from 'vitest';
import { feedKey, feedSchema } from '../feed/name.ts';
import { isSafeLink } from './safe-link.ts';
import { codePoints, isWellFormed, plainText } from './text.ts';
import { parseDateTime } from './time.ts';

describe('text', () => {
  it('should be measured in code points', () => {
    expect(codePoints('a🔔é')).toBe(3);
    expect(plainText({ max: 2 }).safeParse('🔔🔔').success).toBe(true);
    expect(plainText({ max: 2 }).safeParse('🔔🔔🔔').success).toBe(false);
  });

  it('should be well-formed unless it has lone surrogates', () => {
    expect(['🔔', '', 'a'].every(isWellFormed)).toBe(true);
    expect(['\ud83d', 'a\udd14', '\udd14\ud83d'].some(isWellFormed)).toBe(false);
  });
});

describe('a date-time', () => {
  it.each([
    ['2026-05-01T12:00:00Z', Date.UTC(2026, 4, 1, 12)],
    ['2026-05-01t12:00:00z', Date.UTC(2026, 4, 1, 12)],
    ['2026-05-01T12:00:00+02:30', Date.UTC(2026, 4, 1, 9, 30)],
    ['2026-05-01T12:00:00.123456789-01:00', Date.UTC(2026, 4, 1, 13, 0, 0, 123)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['0000-02-29T00:00:00Z', Date.parse('0000-03-01T00:00:00Z') - 86_400_000],
  ])('should be accepted: %s', (text, time) => {
    expect(parseDateTime(text)).toBe(time);
  });

  it.each([
    '2026-05-01',
    '2026-05-01T12:00Z',
    '2026-05-01 12:00:00Z',
    '2026-05-01T12:00:00',
    '2026-05-01T24:00:00Z',
    '2026-05-01T12:60:00Z',
    '2026-02-29T00:00:00Z',
    '0001-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-05-01T12:00:00+24:00',
    '2026-05-01T12:00:00.Z',
    '+002026-05-01T12:00:00Z',
    'Fri, 01 May 2026 12:00:00 GMT',
  ])('should be rejected: %s', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });
});

describe('a link', () => {
  it.each([
    '/',
    '/a?b#c',
    'https://example.com',
    'HTTP://EXAMPLE.COM/',
    'https://[::1]:8080/x',
    '/a//b',
    '/ä',
  ])('should be safe: %s', (link) => {
    expect(isSafeLink(link)).toBe(true);
  });

  it.each([
    '',
    '//x',
    '/\\x',
    '/\t/x',
    '/\n/x',
    'https://a\r.example',
    '\\/x',
    'x',
    '?x',
    '#x',
    'https:x',
    'https:///x',
    'https:/x',
    'javascript:1',
    'http://',
  ])('should not be safe: %s', (link) => {
    expect(isSafeLink(link)).toBe(false);
  });
});

describe('a feed name', () => {
  const feeds = [
    'all',
    'topic:a.b_c:d-1',
    'user:42',
    'user:a b',
    'user:a~20b',
    'user:a||b',
    'user:ä',
    'user:🔔',
    'user:~',
  ];

  it('should have a unique key that is safe in URLs', () => {
    const keys = feeds.map(feedKey);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9._:~-]+$/);
    expect(new Set(keys).size).toBe(feeds.length);
    expect(feedKey('user:a b')).toBe('user:a~20b');
    expect(feedKey('user:a~20b')).toBe('user:a~7E20b');
  });

  it('should be accepted only if valid', () => {
    for (const feed of feeds) expect(feedSchema.safeParse(feed).success).toBe(true);
    for (const feed of [
      '',
      'All',
      'topic',
      'topic:',
      'topic:ä',
      'user:',
      'user:\n',
      'user:\ud800',
      'group:x',
    ]) {
      expect(feedSchema.safeParse(feed).success).toBe(false);
    }
  });
});

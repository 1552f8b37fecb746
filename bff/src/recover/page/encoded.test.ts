import type { Page, Publication } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { sizeInList } from '../../feed/present.ts';
import { encodedSizeInList, encodeEvent, encodePage } from './encoded.ts';

const createdAt = '2026-01-01T00:00:00Z';
const publications: Publication[] = [
  {
    offset: 1,
    notification: { id: 'a', feed: 'all', severity: 'info', title: '"\\ é 😀\u2028', createdAt },
  },
  { offset: 2, notification: null, id: 'b', gone: 'expired' },
];
const page = (content: Publication[]): Page => ({
  ...{ feed: 'all', epoch: 'e"', offset: 2, recovered: true, more: false },
  publications: content,
});

it('should encode a page like JSON.stringify, whether or not the publications are cached', () => {
  for (const content of [publications, [], publications.slice(1), publications]) {
    expect(encodePage(page(content))).toBe(JSON.stringify(page(content)));
    expect(encodePage(page(content), { ok: true })).toBe(JSON.stringify({ ok: true, ...page(content) }));
  }
});

it('should encode an event like JSON.stringify', () => {
  for (const content of [publications, []]) {
    const event = { feed: 'all', epoch: 'e"', publications: content };
    expect(encodeEvent('publications', event)).toBe(JSON.stringify(['publications', event]));
  }
});

it("should return a publication's encoded size", () => {
  for (const publication of publications) {
    expect(encodedSizeInList(publication)).toBe(sizeInList(publication));
  }
});

import { randomUUID } from 'node:crypto';
import {
  DOCUMENT_VERSION,
  headKey,
  idsKey,
  segmentKey,
  type Head,
  type LivePublication,
  type Publication,
} from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import type { FeedLog } from '../../src/deliver/ports.ts';
import type { FeedDocument } from '../../src/feed/chain/chain.ts';

const head = (version: number, members: Partial<Head> = {}): Head => ({
  ...{ v: DOCUMENT_VERSION, epoch: '1-a', version, offset: version },
  ...{ segments: [], ids: [], producers: {}, unconfirmed: [], ...members },
});

const publications: Publication[] = [
  {
    offset: 1,
    notification: {
      ...{ id: 'a', feed: 'all', severity: 'info', title: '<Ä & 🔔>', body: 'two\nlines' },
      createdAt: '2026-01-01T00:00:00Z',
    },
  },
  { offset: 2, notification: null, id: 'b', gone: 'expired' },
];

/** Returns a segment with a unique key. */
export const segmentOf = (feed: string): FeedDocument => ({
  key: segmentKey(feed, randomUUID()),
  value: { v: DOCUMENT_VERSION, publications },
  bytes: 300,
  ttlSeconds: 600,
});

/** Returns a segment of about 500 KB. */
const largeSegmentOf = (feed: string): FeedDocument => {
  const [publication] = publications;
  const many = Array.from({ length: 250 }, (_, i) => ({
    offset: i + 1,
    notification: { ...(publication as LivePublication).notification, body: 'x'.repeat(1_900) },
  }));
  return { ...segmentOf(feed), value: { v: DOCUMENT_VERSION, publications: many }, bytes: 500_000 };
};

export const aFeed = (): string => `topic:${randomUUID()}`;

/** Tests that every feed log must pass. */
export function feedLogSuite(name: string, create: () => FeedLog): void {
  describe(`${name} as a feed log`, () => {
    it('should have no head for an unknown feed', async () => {
      expect(await create().readHead(aFeed())).toBeUndefined();
    });

    it('should return committed data and an etag that counts the writes', async () => {
      const [log, feed] = [create(), aFeed()];
      const segment = segmentOf(feed);
      const reference = { key: segment.key, first: 1, last: 2, bytes: 100, at: 1_700_000_000_000 };
      const first = head(1, { segments: [reference], producers: { P0000001: [1, 1_700_000_000_000] } });
      await log.commit([{ feed, head: first, etag: 0, documents: [segment] }]);
      expect(await log.readHead(feed)).toEqual({ head: first, etag: 1 });
      expect(await log.readDocuments([segment.key])).toEqual([segment.value]);
      for (let etag = 1; etag < 5; etag++) {
        await log.commit([{ feed, head: head(etag + 1), etag, documents: [] }]);
        expect(await log.readHead(feed)).toEqual({ head: head(etag + 1), etag: etag + 1 });
      }
    });

    it('should keep feeds separate, including feeds with special characters in the name', async () => {
      const log = create();
      const feeds = ['ä', '~C3~A4', 'a b', 'a%20b', 'a/b?c#d', 'a||b', '../x'].map(
        (sub) => `user:${sub}${aFeed()}`,
      );
      for (const [i, feed] of feeds.entries())
        await log.commit([{ feed, head: head(1, { offset: i }), etag: 0, documents: [] }]);
      const heads = await Promise.all(feeds.map((feed) => log.readHead(feed)));
      expect(heads.map((stored) => stored?.head.offset)).toEqual(feeds.map((_, i) => i));
    });

    it('should read many heads in a single call and return undefined for missing heads', async () => {
      const log = create();
      const feeds = Array.from({ length: 120 }, aFeed);
      const written = feeds.filter((_, i) => i % 3 > 0);
      for (const [i, feed] of written.entries())
        await log.commit([{ feed, head: head(1, { offset: i }), etag: 0, documents: [] }]);
      const [rewritten = ''] = written;
      await log.commit([{ feed: rewritten, head: head(2, { offset: 500 }), etag: 1, documents: [] }]);
      const read = await Promise.all([...feeds, rewritten].map((feed) => log.readHead(feed)));
      expect(read).toEqual([
        ...feeds.map((feed) =>
          feed === rewritten
            ? { head: head(2, { offset: 500 }), etag: 2 }
            : written.includes(feed)
              ? { head: head(1, { offset: written.indexOf(feed) }), etag: 1 }
              : undefined,
        ),
        { head: head(2, { offset: 500 }), etag: 2 },
      ]);
    });

    it('should let exactly one of several simultaneous creations succeed', async () => {
      const [log, feed] = [create(), aFeed()];
      const creations = Array.from({ length: 10 }, (_, i) =>
        log.commit([{ feed, head: head(1, { offset: i }), etag: 0, documents: [] }]),
      );
      const outcomes = await Promise.allSettled(creations);
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await log.readHead(feed)).toEqual({ head: head(1, { offset: winner }), etag: 1 });
    });

    it('should let exactly one of several simultaneous commits to a head succeed', async () => {
      const [log, feed] = [create(), aFeed()];
      await log.commit([{ feed, head: head(1), etag: 0, documents: [] }]);
      const commits = Array.from({ length: 10 }, (_, i) =>
        log.commit([{ feed, head: head(2, { offset: i }), etag: 1, documents: [] }]),
      );
      const outcomes = await Promise.allSettled(commits);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await log.readHead(feed))?.etag).toBe(2);
    });

    it('should refuse a commit with a stale etag, but keep its documents, which no head references', async () => {
      const [log, feed] = [create(), aFeed()];
      await log.commit([{ feed, head: head(1), etag: 0, documents: [] }]);
      await log.commit([{ feed, head: head(2), etag: 1, documents: [] }]);
      const unreferenced = segmentOf(feed);
      await expect(
        log.commit([{ feed, head: head(2, { offset: 99 }), etag: 1, documents: [unreferenced] }]),
      ).rejects.toThrow();
      await expect(
        log.commit([{ feed, head: head(1, { offset: 99 }), etag: 0, documents: [] }]),
      ).rejects.toThrow();
      expect(await log.readHead(feed)).toEqual({ head: head(2), etag: 2 });
      expect(await log.readDocuments([unreferenced.key])).toEqual([unreferenced.value]);
    });

    it('should recreate a lost head with an etag that differs from the head’s version', async () => {
      const [log, feed] = [create(), aFeed()];
      for (let etag = 0; etag < 3; etag++)
        await log.commit([{ feed, head: head(etag + 1), etag, documents: [] }]);
      await log.removeDocuments([headKey(feed)]);
      expect(await log.readHead(feed)).toBeUndefined();
      await log.commit([{ feed, head: head(4), etag: 3, documents: [] }]);
      expect(await log.readHead(feed)).toEqual({ head: head(4), etag: 1 });
      await expect(log.commit([{ feed, head: head(5), etag: 4, documents: [] }])).rejects.toThrow();
    });

    it('should read many documents in order and return undefined for missing documents', async () => {
      const [log, feed] = [create(), aFeed()];
      const documents = Array.from({ length: 30 }, () => segmentOf(feed));
      const ids: FeedDocument = {
        ...{ key: idsKey(feed, 'x'), value: { v: DOCUMENT_VERSION, hashes: 'AAAAAAAAAAA=' } },
        bytes: 300,
        ttlSeconds: 600,
      };
      await log.commit([{ feed, head: head(1), etag: 0, documents: [...documents, ids] }]);
      const keys = documents.flatMap(({ key }) => [key, segmentKey(feed, 'absent')]);
      const read = await log.readDocuments([...keys, ids.key]);
      expect(read).toEqual([...documents.flatMap(({ value }) => [value, undefined]), ids.value]);
    });

    it('should write more than fits into a single sidecar request', { timeout: 30_000 }, async () => {
      const [log, feed] = [create(), aFeed()];
      const documents = Array.from({ length: 12 }, () => largeSegmentOf(feed));
      await log.commit([{ feed, head: head(1), etag: 0, documents }]);
      expect(await log.readHead(feed)).toEqual({ head: head(1), etag: 1 });
      for (const { key, value } of documents) expect(await log.readDocuments([key])).toEqual([value]);
    });

    it('should accept the removal of documents that are already gone', async () => {
      const [log, feed] = [create(), aFeed()];
      const documents = [segmentOf(feed), segmentOf(feed)];
      await log.commit([{ feed, head: head(1), etag: 0, documents }]);
      const [removed, remaining] = documents.map(({ key }) => key) as [string, string];
      await log.removeDocuments([removed]);
      await log.removeDocuments([removed]);
      expect(await log.readDocuments([removed, remaining])).toEqual([undefined, documents[1]?.value]);
    });
  });
}

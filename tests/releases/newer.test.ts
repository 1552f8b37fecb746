import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DOCUMENT_VERSION, headKey, headSchema } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { stackWithData, type StackWithData } from './stack-with-data.ts';
import { storedSchema, type StoredData } from './stored.ts';

const stored = storedSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, '0.1.0.json'), 'utf8')));
const documentSchema = z.looseObject({ v: z.int() });
/** Enough time (ms) for multiple turns to be rejected and retried. */
const RETRYING_MS = 5_000;
const CONTINUE_MS = 60_000;

/** Documents from a later version, each with an unknown `v`. */
const later: StoredData = {
  ...stored,
  hashes: Object.fromEntries(
    Object.entries(stored.hashes).map(([key, { data, version }]) => [
      key,
      { version, data: { ...(data as z.infer<z.ZodObject>), v: DOCUMENT_VERSION + 1 } },
    ]),
  ),
};

let laterStack: StackWithData;
let producer: string;
let bff: string;
beforeAll(async () => {
  laterStack = await stackWithData(later);
  producer = laterStack.stack.producers[0]?.url ?? '';
  bff = laterStack.stack.bffs[0]?.url ?? '';
});
afterAll(() => laterStack.stop());

const send = async (method: string, url: string, body?: object): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) })).status;
};

/** Returns the later version's documents and etags by key. */
async function documents(): Promise<Record<string, Record<string, string>>> {
  const found: Record<string, Record<string, string>> = {};
  for (const key of Object.keys(later.hashes)) found[key] = { ...(await laterStack.redis.hGetAll(key)) };
  return found;
}

describe('a store written by a later version', () => {
  it('should remain unchanged while requests that need it get temporary errors', async () => {
    const before = await documents();
    expect(Object.keys(before).length).toBeGreaterThan(20);
    expect(await send('GET', `${bff}/app/notifications`)).toBe(503);
    expect(await send('GET', `${bff}/app/mutes?clientId=reader-1`)).toBe(503);
    const mark = { feed: 'all', offset: 7, clientId: 'reader-1' };
    expect(await send('POST', `${bff}/app/notifications/read`, mark)).toBe(503);
    const mutes = { feeds: [], severities: [], clientId: 'reader-1' };
    expect(await send('PUT', `${bff}/app/mutes`, mutes)).toBe(503);
    expect(await send('GET', `${bff}/app/ops/dead-letters`)).toBe(503);
    expect(await send('POST', `${producer}/notifications`, { id: 'meanwhile', title: 'x' })).toBe(202);
    const deliverAt = new Date(Date.now() + 1_000).toISOString();
    expect(await send('POST', `${producer}/notifications`, { id: 'soon', title: 'x', deliverAt })).toBe(503);
    await delay(RETRYING_MS);
    expect(await documents()).toEqual(before);
    // The entries for `waits-1`, `waits-2` and `meanwhile`.
    expect(await laterStack.redis.keys('entry:*')).toHaveLength(3);
  });

  it('should continue without a gap once the later version is back', async () => {
    for (const key of Object.keys(later.hashes)) {
      const document = documentSchema.parse(JSON.parse((await laterStack.redis.hGet(key, 'data')) ?? ''));
      await laterStack.redis.hSet(key, 'data', JSON.stringify({ ...document, v: DOCUMENT_VERSION }));
    }
    const { epoch } = headSchema.parse(stored.hashes[`bff||${headKey('all')}`]?.data);
    const observer = new Observer('client', bff, { position: { epoch, offset: 2 } });
    try {
      await observer.untilShown(
        ['all-3', 'full', 'last', 'waits-1', 'waits-2', 'later', 'meanwhile'],
        CONTINUE_MS,
      );
      expect(observer.gaps).toEqual([]);
    } finally {
      observer.close();
    }
  });
});

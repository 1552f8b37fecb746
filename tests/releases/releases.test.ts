import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  TOPICS,
  announcementSchema,
  entrySchema,
  headKey,
  headSchema,
  idsDocumentSchema,
  mutesDocumentSchema,
  originSchema,
  readDocumentSchema,
  scheduledSchema,
  segmentSchema,
  setAsideIndexSchema,
  setAsideSchema,
  dueWindowSchema,
  withdrawnDocumentSchema,
} from '@tocsin/contracts';
import { VERSION } from '@tocsin/service';
import { Observer } from '@tocsin/lab';
import { type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { checkEntry } from '../../bff/src/deliver/v1/check-entry.ts';
import { stackWithData, type StackWithData } from './stack-with-data.ts';
import { storedSchema } from './stored.ts';

const releases = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.json'))
  .map((file) => storedSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))));

/** The schemas for documents in the state store, keyed by the first word of the document's key. */
const DOCUMENTS: Record<string, z.ZodType> = {
  head: headSchema,
  ids: idsDocumentSchema,
  mutes: mutesDocumentSchema,
  origin: originSchema,
  read: readDocumentSchema,
  retracted: idsDocumentSchema,
  segment: segmentSchema,
  'set-aside': setAsideSchema,
  soon: scheduledSchema,
  withdrawn: withdrawnDocumentSchema,
};
/** An index's key is the common prefix of the document keys that it lists. */
const INDEXES: Record<string, z.ZodType> = { 'set-aside': setAsideIndexSchema, soon: dueWindowSchema };

const stateKey = (key: string): string => key.slice(key.indexOf('||') + 2);
const kindOf = (key: string): string => stateKey(key).split(':')[0] ?? '';
const schemaOf = (key: string): z.ZodType | undefined => INDEXES[stateKey(key)] ?? DOCUMENTS[kindOf(key)];

it('this release’s stored data should have been captured', () => {
  expect(releases.map(({ version }) => version)).toContain(VERSION);
});

describe.each(releases)('the store of $version', (stored) => {
  it('should contain documents of every kind', () => {
    const kinds = Object.keys(stored.hashes).map(kindOf);
    // A withdrawn-documents list is deleted before the feed's next commit, so captures don't contain any.
    for (const kind of Object.keys(DOCUMENTS)) if (kind !== 'withdrawn') expect(kinds).toContain(kind);
    expect(Object.keys(stored.strings).length).toBeGreaterThan(0);
    expect(Object.keys(stored.streams)).toContain(TOPICS.announcements);
  });

  it.each(Object.entries(stored.hashes))('should be readable: %s', (key, { data }) => {
    expect(schemaOf(key)?.parse(data)).toEqual(data);
  });

  it.each(Object.entries(stored.strings))('should be readable: %s', (_key, entry) => {
    const parsed = entrySchema.parse(entry);
    expect(parsed).toEqual(entry);
    expect(checkEntry(parsed, JSON.stringify(entry), stored.at)).toMatchObject({
      items: parsed.notifications,
    });
  });

  it('should contain readable announcements', () => {
    for (const event of stored.streams[TOPICS.announcements] ?? []) {
      const { data } = event as { data: unknown };
      expect(announcementSchema.parse(data)).toEqual(data);
    }
  });

  describe('when read by this version', () => {
    let releaseStack: StackWithData;
    let stack: Stack;
    beforeAll(async () => {
      releaseStack = await stackWithData(stored);
      ({ stack } = releaseStack);
    });
    afterAll(() => releaseStack.stop());

    it('should let a client continue with pending and new notifications', async () => {
      const { epoch } = headSchema.parse(stored.hashes[`bff||${headKey('all')}`]?.data);
      const observer = new Observer('client', stack.bffs[0]?.url ?? '', { position: { epoch, offset: 2 } });
      await observer.untilShown(['all-3', 'full', 'last', 'waits-1', 'waits-2', 'later']);
      await publish('new');
      await publish('all-1');
      await publish('end');
      await observer.untilShown(['new', 'end']);
      expect(observer.gaps).toEqual([]);
      expect(observer.shown.map(({ id }) => id)).not.toContain('all-1');
      expect(new Set(observer.shown.map((shown) => shown.epoch))).toEqual(new Set([epoch]));
      observer.close();
    });

    it('should restore read state, mutes and set-aside records', async () => {
      expect(await get('/app/notifications?clientId=reader-1')).toMatchObject({
        read: { offset: 2, ids: ['full'] },
      });
      expect(await get('/app/mutes?clientId=reader-1')).toEqual({
        feeds: ['topic:stock'],
        severities: ['info'],
      });
      expect(await get('/app/ops/dead-letters')).toMatchObject({ total: 1 });
    });

    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${stack.bffs[0]?.url ?? ''}${path}`)).json();
    const publish = async (id: string): Promise<void> => {
      const response = await fetch(`${stack.producers[0]?.url ?? ''}/notifications`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id, title: id }),
      });
      expect(response.status).toBe(202);
    };
  });
});

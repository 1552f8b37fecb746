import { DOCUMENT_VERSION } from '@tocsin/contracts';
import type { Sidecar } from '@tocsin/service';
import { beforeEach, describe, expect, it } from 'vitest';
import { DaprCheckpoints } from '../../dapr/checkpoints.ts';
import { DaprFeedLog } from '../../dapr/feed-log.ts';
import { Fixture, erase, notification, retract } from '../../../testing/feed-fixture.ts';

let f: Fixture;
/** Kinds of documents to read as if a later version had written them, as after a downgrade. */
let newerKinds: string[];

beforeEach(async () => {
  f = new Fixture();
  newerKinds = [];
  const read = f.log.readDocuments.bind(f.log);
  f.log.readDocuments = async (keys) =>
    (await read(keys)).map((document, index) =>
      document !== undefined && newerKinds.includes(keys[index]?.split(':')[0] ?? '')
        ? { ...document, v: DOCUMENT_VERSION + 1 }
        : document,
    );
  f.put(1, [notification('n1'), notification('n2')]);
  f.put(2, [retract('n1')]);
  for (const seq of [1, 2]) await f.instance().turn(seq);
});

describe('a turn that reads a document from a later version', () => {
  it.each(['segment', 'ids', 'retracted'])(
    'should not change anything until that version is back: %s',
    async (kind) => {
      const before = f.head;
      f.put(3, [retract('n2'), notification('n3')]);
      newerKinds = [kind];
      const instance = f.instance();
      await expect(instance.turn(3)).rejects.toThrow();
      expect(f.head).toBe(before);
      expect(await f.entries.peek(f.key(3))).toBeDefined();
      expect(f.broadcastIds).not.toContain('n3');
      expect(f.losses).toEqual([]);

      newerKinds = [];
      await instance.turn(3);
      expect(await f.ids()).toEqual(['n1 retracted', 'n2 retracted', 'n1 retracted', 'n2 retracted', 'n3']);
      expect(f.head?.epoch).toBe(before?.epoch);
    },
  );

  it('should not delete documents referenced by a list that it cannot read', async () => {
    const segments = f.head?.segments.map(({ key }) => key) ?? [];
    f.put(3, [erase]);
    newerKinds = ['withdrawn'];
    const instance = f.instance();
    await expect(instance.turn(3)).rejects.toThrow();
    expect(await f.log.readDocuments(segments)).not.toContain(undefined);

    newerKinds = [];
    await instance.turn(undefined);
    expect(await f.log.readDocuments(segments)).toEqual(segments.map(() => undefined));
  });
});

describe('a head from a later version', () => {
  it('should cause a temporary error instead of being treated as missing', async () => {
    const value = { v: DOCUMENT_VERSION + 1, epoch: '1-a', offset: 7 };
    const sidecar = { getState: async () => ({ value, etag: '7' }) } as unknown as Sidecar;
    await expect(new DaprFeedLog(sidecar).readHead('all')).rejects.toMatchObject({
      name: 'TemporaryError',
      message: expect.stringContaining('this version cannot read') as string,
    });
  });
});

describe('a damaged document', () => {
  it("should be reported as damaged, not as written by a later version, if it's a head", async () => {
    const sidecar = { getState: async () => ({ value: { v: DOCUMENT_VERSION, epoch: 7 }, etag: '7' }) };
    const log = new DaprFeedLog(sidecar as unknown as Sidecar);
    await expect(log.readHead('all')).rejects.toMatchObject({ name: 'DamagedHeadError' });
  });

  it("should be read as empty if it's a checkpoint, unless a later version wrote it", async () => {
    const read = (value: unknown) =>
      new DaprCheckpoints({ getState: async () => ({ value, etag: '7' }) } as unknown as Sidecar).read(0);
    expect(await read('x')).toEqual({ checkpoint: { v: DOCUMENT_VERSION, version: 7, runs: {} }, etag: 7 });
    await expect(read({ v: DOCUMENT_VERSION + 1, version: 7, runs: {} })).rejects.toThrow();
  });
});

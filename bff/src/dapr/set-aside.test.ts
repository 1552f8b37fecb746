import {
  COMPONENTS,
  DOCUMENT_VERSION,
  SET_ASIDE_INDEX_KEY,
  SET_ASIDE_SIZES_KEY,
  SET_ASIDE_TTL_SECONDS,
  entryKey,
  setAsideKey,
  type Problem,
  type ProblemCode,
  type SetAside,
} from '@tocsin/contracts';
import {
  ProducerRefusedError,
  SetAsideError,
  SetAsideRecords,
  type ClaimCheck,
  type Sidecar,
  type StateOperation,
} from '@tocsin/service';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DaprSetAside } from './set-aside.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const LIFETIME_MS = SET_ASIDE_TTL_SECONDS * 1000;
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const record = (entry: string): SetAside => ({
  ...{ v: DOCUMENT_VERSION, entry, feed: 'all', reason: 'invalid', faults: ['title: is missing'] },
  ...{ content: '{}', at: new Date().toISOString() },
});

/** Creates set-aside records over a store that forgets expired documents. */
function deployment() {
  const documents = new Map<string, { value: unknown; expiresAt: number }>();
  const current = (key: string) => {
    const found = documents.get(key);
    return found && found.expiresAt > Date.now() ? { value: found.value, etag: '1' } : undefined;
  };
  const sidecar = {
    getState: async (_: string, key: string) => current(key),
    getSecret: async () => undefined,
    // Publishes, but the response is lost.
    invoke: async (_: string, _method: string, body: string) => {
      sent.push(JSON.parse(body) as { id: string }[]);
      throw new Error('timed out');
    },
    getStates: async (_: string, keys: readonly string[]) => keys.map((key) => current(key)?.value),
    transact: async (_: string, operations: readonly StateOperation[]) => {
      for (const operation of operations) {
        if (operation.operation === 'delete') documents.delete(operation.key);
        else
          documents.set(operation.key, {
            value: operation.value,
            expiresAt: Date.now() + (operation.ttlInSeconds ?? Infinity) * 1000,
          });
      }
    },
  } as unknown as Sidecar;
  const sent: { id: string }[][] = [];
  const store = new DaprSetAside(sidecar);
  const records = new SetAsideRecords(sidecar, {} as ClaimCheck);
  const write = (key: string, value: unknown) =>
    sidecar.transact(COMPONENTS.state, [{ operation: 'upsert', key, value }]);
  const read = (entry: string) => current(setAsideKey(entry))?.value;
  const listedEntries = () => (current(SET_ASIDE_INDEX_KEY)!.value as { entries: string[] }).entries;
  return { sidecar, store, records, write, read, listedEntries, sent };
}

it('should store the same record again after the first copy has expired', async () => {
  const { store, records, read, listedEntries } = deployment();
  await store.add(record('a'));
  vi.setSystemTime(START + LIFETIME_MS + 1_000);
  await store.add(record('a'));
  expect(read('a')).toEqual(record('a'));
  expect([await records.names(), listedEntries()]).toEqual([['a'], ['a']]);
});

it('should neither count nor list expired records, and should drop their names on the next change', async () => {
  const { store, records, listedEntries } = deployment();
  await store.add(record('old'));
  vi.setSystemTime(START + LIFETIME_MS - 1_000);
  expect(await records.names()).toEqual(['old']);
  await store.add(record('new'));
  vi.setSystemTime(START + LIFETIME_MS);
  expect(await records.names()).toEqual(['new']);
  await store.add(record('newer'));
  expect(listedEntries()).toEqual(['newer', 'new']);
});

it("should let an older version's records, which have no time, expire one lifetime after the first change", async () => {
  const { store, records, write, read } = deployment();
  await write(SET_ASIDE_INDEX_KEY, { v: DOCUMENT_VERSION, entries: ['deleted', 'existing'] });
  await write(SET_ASIDE_SIZES_KEY, { v: DOCUMENT_VERSION, bytes: { deleted: 10 } });
  await write(setAsideKey('existing'), record('existing'));
  await store.add({ ...record('existing'), content: null });
  await store.add(record('deleted'));
  expect([read('existing'), read('deleted')]).toEqual([record('existing'), record('deleted')]);
  expect(await records.names()).toEqual(['deleted', 'existing']);
  vi.setSystemTime(START + LIFETIME_MS);
  expect(await records.names()).toEqual([]);
});

it("should not extend a record's lifetime when erasing content from it", async () => {
  const { store, read } = deployment();
  const original = record('a');
  await store.add(original);
  vi.setSystemTime(START + LIFETIME_MS - 120_000);
  await store.put({ ...original, content: null });
  vi.setSystemTime(START + LIFETIME_MS - 1_000);
  expect(read('a')).toEqual({ ...original, content: null });
  vi.setSystemTime(START + LIFETIME_MS);
  expect(read('a')).toBeUndefined();
});

it("should delete an erased feed's records even if the first attempt to delete them fails", async () => {
  const { sidecar, store, records, read } = deployment();
  const entry = entryKey({ run: 'P0000001', feed: 'all', seq: 1 });
  await store.add(record(entry));
  const transact = sidecar.transact.bind(sidecar);
  vi.spyOn(sidecar, 'transact').mockImplementation(async (name, operations) => {
    if (!operations.some(({ operation }) => operation === 'delete')) return transact(name, operations);
    vi.mocked(sidecar.transact).mockRestore();
    throw new Error('unavailable');
  });
  await store.erase('all');
  expect([read(entry), await records.names()]).toEqual([undefined, []]);
});

it('should give items of a refused event the same ids each time it is put back, and keep existing ids', async () => {
  const { records, sent } = deployment();
  const items = [{ title: 'x' }, { title: 'y', id: 'y' }, { title: 'z' }];
  const refused = { ...record('event:ab'), content: JSON.stringify(items), event: 'e' };
  for (const event of [refused, refused, { ...refused, entry: 'event:cd' }])
    await expect(records.putBack(event)).rejects.toThrow('timed out');
  expect(sent.map((body) => body.map(({ id }) => id))).toEqual([
    ['event:ab:0', 'y', 'event:ab:2'],
    ['event:ab:0', 'y', 'event:ab:2'],
    ['event:cd:0', 'y', 'event:cd:2'],
  ]);
});

/** Puts back a refused event and returns the error, given the producer's response. */
async function putBackError(status: number, code: ProblemCode, detail: string): Promise<unknown> {
  const { sidecar, records } = deployment();
  const problem: Problem = { type: 'about:blank', title: 'No', status, code, detail };
  sidecar.invoke = async () => ({ status, text: JSON.stringify(problem) });
  return records.putBack(record('event:ab')).catch((error: unknown) => error);
}

it.each([
  [400, 'invalid_notification'],
  [413, 'payload_too_large'],
] as const)('should call an event invalid if the producer responds with %d %s', async (status, code) => {
  const error = await putBackError(status, code, 'No.');
  expect(error).toBeInstanceOf(SetAsideError);
  expect(error).toMatchObject({
    message: expect.stringContaining('still not a valid notification (No.)') as string,
  });
});

it.each([
  [401, 'unauthorized'],
  [429, 'too_many_requests'],
  [503, 'unavailable'],
] as const)('should not call an event invalid if the producer responds with %d %s', async (status, code) => {
  const error = await putBackError(status, code, 'Not now.');
  expect(error).toBeInstanceOf(ProducerRefusedError);
  expect(error).toMatchObject({ message: 'The producer did not accept event:ab: Not now.' });
});

it('should report an event without complete content as impossible to put back', async () => {
  const { records } = deployment();
  const truncated = { ...record('event:ab'), faults: ['has 9 characters'], content: '{"title"' };
  await expect(records.putBack(truncated)).rejects.toThrow(
    new SetAsideError(
      'conflict',
      'event:ab cannot be put back because the record has no usable content (has 9 characters).',
    ),
  );
});

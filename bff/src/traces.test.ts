import { DOCUMENT_VERSION, entryKey, tracedBy } from '@tocsin/contracts';
import { useSpanSink, type FinishedSpan } from '@tocsin/service';
import { afterEach, expect, it } from 'vitest';
import { serveBff } from '../testing/served-bff.ts';

const trace = (n: number, flags: string) =>
  `00-${String(n).padStart(32, '0')}-${String(n).padStart(16, '0')}-${flags}`;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  useSpanSink(undefined);
});

async function tracedInstance() {
  const spans: FinishedSpan[] = [];
  useSpanSink({
    open: () => ({ traceparent: trace(9, '01'), end: () => undefined }),
    record: (span) => spans.push(span),
    stop: () => Promise.resolve(),
  });
  const bff = await serveBff({});
  cleanUps.push(() => bff.stop());
  const deliver = async (seq: number, traceparents: string[]): Promise<void> => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const announcement = {
      v: DOCUMENT_VERSION,
      run: 'run00001',
      feed: 'all',
      seq,
      expiresAt,
      ...tracedBy(traceparents),
    };
    const createdAt = new Date().toISOString();
    const notification = { id: `n-${seq}`, feed: 'all', severity: 'info', title: 'Traced', createdAt };
    bff.backend.entries.put(
      entryKey(announcement),
      JSON.stringify({ ...announcement, notifications: [notification] }),
    );
    await bff.backend.announce(announcement);
  };
  return { spans, deliver };
}

it("should record an entry's steps in order in each sampled trace", async () => {
  const { spans, deliver } = await tracedInstance();
  await deliver(1, [trace(1, '01'), trace(2, '00'), trace(3, '01')]);
  for (const parent of [trace(1, '01'), trace(3, '01')]) {
    const spansInTrace = spans.filter((span) => span.parent === parent).sort((a, b) => a.from - b.from);
    expect(spansInTrace.map(({ name }) => name)).toEqual(['receive', 'turn', 'commit', 'claim', 'broadcast']);
    for (const { from, to, error } of spansInTrace) {
      expect(to).toBeGreaterThanOrEqual(from);
      expect(error).toBeUndefined();
    }
  }
  expect(spans).toHaveLength(10);
});

it('should not record anything in unsampled traces', async () => {
  const { spans, deliver } = await tracedInstance();
  await deliver(1, [trace(1, '00')]);
  await deliver(2, []);
  expect(spans).toEqual([]);
});

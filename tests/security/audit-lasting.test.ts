import { setTimeout as delay } from 'node:timers/promises';
import {
  AUDIT_TOPICS,
  COMPONENTS,
  MAX_AUDIT_RECORDS,
  MAX_AUDIT_RECORD_BYTES,
  type AuditRecord,
} from '@tocsin/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  KEY,
  secretsWith,
  short,
  startAuditedStack,
  type AuditedStack,
} from '../support/processes/audited-stack.ts';
import { eventually } from '../support/state.ts';

const NEXT_KEY = 'next-key';

let on: AuditedStack;
beforeAll(async () => {
  on = await startAuditedStack();
});
afterAll(() => on.stop());

it('should keep the trail while applications and sidecars get killed, and still record key changes', async () => {
  for (const id of ['a', 'b']) expect((await on.publisher('DELETE', `/feeds/topic:${id}`)).status).toBe(202);
  const kept = await eventually(async () => {
    const records = await on.trail();
    return records.length >= 3 && records;
  });
  for (const { app, sidecar } of [on.producer, on.bff]) {
    await app.kill();
    await sidecar.kill();
  }
  const env = secretsWith('next', NEXT_KEY);
  for (const { app, sidecar } of [on.producer, on.bff]) {
    await sidecar.start({ env });
    await app.start();
  }
  await Promise.all([on.producer.ready(), on.bff.ready()]);
  expect((await on.publisher('POST', '/notifications', { title: 'x' }, KEY)).status).toBe(401);
  const newRecords = await eventually(async () => {
    const records = (await on.trail()).slice(kept.length);
    return records.length >= 3 && records;
  });
  expect(newRecords.map(short).sort()).toEqual([
    'key-created done secret operator -  1  next',
    'key-revoked done secret operator -  1  shop',
    'publish unauthorized http anonymous -  1  ',
  ]);
  expect((await on.trail()).slice(0, kept.length)).toEqual(kept);
});

it('should lose at most the last batch of records when the producer is killed', async () => {
  const accepted: number[] = [];
  const counted = async () =>
    (await on.trail())
      .filter(({ feeds }) => feeds?.first[0] === 'topic:killed')
      .reduce((sum, { requests }) => sum + requests, 0);
  for (const end = Date.now() + 6_000; Date.now() < end;) {
    const response = await on.publisher(
      'POST',
      '/notifications',
      { feed: 'topic:killed', title: 'x' },
      NEXT_KEY,
    );
    if (response.status === 202) accepted.push(Date.now());
    await delay(20);
  }
  const killedAt = Date.now();
  await on.producer.app.kill();
  const recorded = await counted();
  expect(recorded).toBeGreaterThan(0);
  const firstLost = accepted[recorded];
  const lostMs = firstLost === undefined ? 0 : killedAt - firstLost;
  console.log(
    `audit: ${accepted.length} accepted, ${recorded} recorded; the first missing one was accepted ${lostMs} ms before the kill`,
  );
  // A batch covers 250 ms plus the time a write takes, which can be seconds on a busy machine.
  expect(lostMs).toBeLessThan(3_000);
  await on.producer.app.start();
  await on.producer.ready();
});

it('should write the remaining records when the producer stops', async () => {
  await on.publisher('POST', '/notifications', { id: 'last', feed: 'topic:last', title: 'x' }, NEXT_KEY);
  await on.producer.app.stop();
  expect((await on.trail()).at(-1)).toMatchObject({ ids: { first: ['last'] } });
  await on.producer.app.start();
  await on.producer.ready();
});

it('should keep the trail within the limits for records and bytes', async () => {
  const filler = (n: number): AuditRecord => ({
    ...{ v: 1, id: `f-${n}`, at: new Date().toISOString(), requests: 1, instance: 'x'.repeat(80) },
    ...{ action: 'publish', outcome: 'done', via: 'http', actor: { kind: 'key', name: 'y'.repeat(90) } },
    ids: { count: 5, first: Array.from({ length: 5 }, () => 'z'.repeat(128)) },
  });
  expect(JSON.stringify(filler(99_999)).length).toBeLessThanOrEqual(MAX_AUDIT_RECORD_BYTES);
  expect(JSON.stringify(filler(1_000)).length).toBeGreaterThan(MAX_AUDIT_RECORD_BYTES - 60);
  const path = `/v1.0-alpha1/publish/bulk/${COMPONENTS.audit}/${AUDIT_TOPICS.publications}?metadata.rawPayload=true`;
  for (let n = 0; n < 3 * MAX_AUDIT_RECORDS; n += 1_000) {
    const entries = Array.from({ length: 1_000 }, (_, i) => ({
      ...{ entryId: String(i), event: filler(n + i), contentType: 'application/json' },
    }));
    const response = await on.dapr(on.bff, path, entries);
    expect(response.status, await response.text()).toBe(204);
  }
  const length = await on.redis.operator.xLen(AUDIT_TOPICS.publications);
  const bytes = (await on.redis.operator.memoryUsage(AUDIT_TOPICS.publications)) ?? 0;
  console.log(
    `audit: ${length} records of ${JSON.stringify(filler(9_999)).length} bytes take ${bytes} bytes`,
  );
  expect(length).toBeGreaterThanOrEqual(MAX_AUDIT_RECORDS);
  expect(length).toBeLessThanOrEqual(MAX_AUDIT_RECORDS + 100);
  expect(bytes).toBeLessThan(14_000_000);
  // Frequent records must not evict rare records.
  const acts = (await on.trail()).filter(({ action }) => action === 'erase' || action === 'key-created');
  expect(acts.length).toBeGreaterThanOrEqual(4);
}, 240_000);

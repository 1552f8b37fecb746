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
  startAuditedStack,
  toLine,
  type AuditedStack,
} from '../support/processes/audited-stack.ts';
import { eventually } from '../support/state.ts';

const NEXT_KEY = 'next-key';

let audited: AuditedStack;
beforeAll(async () => {
  audited = await startAuditedStack();
});
afterAll(() => audited.stop());

it('should keep the trail when applications and sidecars are killed, and record key changes made while they’re down', async () => {
  for (const id of ['a', 'b'])
    expect((await audited.publisher('DELETE', `/feeds/topic:${id}`)).status).toBe(202);
  const firstRecords = await eventually(async () => {
    const records = await audited.trail();
    return records.length >= 3 && records;
  });
  for (const { app, sidecar } of [audited.producer, audited.bff]) {
    await app.kill();
    await sidecar.kill();
  }
  const env = secretsWith('next', NEXT_KEY);
  for (const { app, sidecar } of [audited.producer, audited.bff]) {
    await sidecar.start({ env });
    await app.start();
  }
  await Promise.all([audited.producer.ready(), audited.bff.ready()]);
  expect((await audited.publisher('POST', '/notifications', { title: 'x' }, KEY)).status).toBe(401);
  const newRecords = await eventually(async () => {
    const records = (await audited.trail()).slice(firstRecords.length);
    return records.length >= 3 && records;
  });
  expect(newRecords.map(toLine).sort()).toEqual([
    'key-created done secret operator -  1  next',
    'key-revoked done secret operator -  1  shop',
    'publish unauthorized http anonymous -  1  ',
  ]);
  expect((await audited.trail()).slice(0, firstRecords.length)).toEqual(firstRecords);
});

it('should lose at most the last batch of records when the producer is killed', async () => {
  const accepted: number[] = [];
  const countRecorded = async () =>
    (await audited.trail())
      .filter(({ feeds }) => feeds?.first[0] === 'topic:killed')
      .reduce((sum, { requests }) => sum + requests, 0);
  for (const end = Date.now() + 6_000; Date.now() < end;) {
    const response = await audited.publisher(
      'POST',
      '/notifications',
      { feed: 'topic:killed', title: 'x' },
      NEXT_KEY,
    );
    if (response.status === 202) accepted.push(Date.now());
    await delay(20);
  }
  const killedAt = Date.now();
  await audited.producer.app.kill();
  const recorded = await countRecorded();
  expect(recorded).toBeGreaterThan(0);
  const firstLost = accepted[recorded];
  const lostMs = firstLost === undefined ? 0 : killedAt - firstLost;
  console.log(
    `audit: ${accepted.length} accepted, ${recorded} recorded; the first missing one was accepted ${lostMs} ms before the kill`,
  );
  // A batch covers 250 ms plus the time a write takes, which can be seconds on a busy machine.
  expect(lostMs).toBeLessThan(3_000);
  await audited.producer.app.start();
  await audited.producer.ready();
});

it('should write the remaining records when the producer stops', async () => {
  await audited.publisher('POST', '/notifications', { id: 'last', feed: 'topic:last', title: 'x' }, NEXT_KEY);
  await audited.producer.app.stop();
  expect((await audited.trail()).at(-1)).toMatchObject({ ids: { first: ['last'] } });
  await audited.producer.app.start();
  await audited.producer.ready();
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
    const response = await audited.dapr(audited.bff, path, entries);
    expect(response.status, await response.text()).toBe(204);
  }
  const length = await audited.redis.operator.xLen(AUDIT_TOPICS.publications);
  const bytes = (await audited.redis.operator.memoryUsage(AUDIT_TOPICS.publications)) ?? 0;
  console.log(
    `audit: ${length} records of ${JSON.stringify(filler(9_999)).length} bytes take ${bytes} bytes`,
  );
  expect(length).toBeGreaterThanOrEqual(MAX_AUDIT_RECORDS);
  expect(length).toBeLessThanOrEqual(MAX_AUDIT_RECORDS + 100);
  expect(bytes).toBeLessThan(14_000_000);
  // Frequent records must not evict rare records.
  const rareRecords = (await audited.trail()).filter(
    ({ action }) => action === 'erase' || action === 'key-created',
  );
  expect(rareRecords.length).toBeGreaterThanOrEqual(4);
}, 240_000);

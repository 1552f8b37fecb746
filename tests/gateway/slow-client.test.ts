import { Observer, SlowClient } from '@tocsin/lab';
import { pollUntil } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BffProcess } from '../support/processes/bff-process.ts';

/** Enough batches to fill the kernel's buffers for a connection, which hold at most 10 MB (tcp_wmem and tcp_rmem). */
const BATCHES = 100;
const PER_BATCH = 20;
const CHARACTERS = 1_950;

let bff: BffProcess;
let slow: SlowClient;
let others: Observer[];

beforeAll(async () => {
  bff = await BffProcess.start({ HISTORY_BYTES: '20971520' });
  slow = new SlowClient('slow', bff.url, 'all');
  others = [1, 2, 3].map((n) => new Observer(`other ${n}`, bff.url));
  await Promise.all([slow.ready(), ...others.map((observer) => observer.ready())]);
});
afterAll(async () => {
  slow.close();
  for (const observer of others) observer.close();
  await bff.stop();
});

it('should disconnect only the slow client, at a 1 MiB backlog, and let it recover from its position', async () => {
  await bff.expectMetric('tocsin_bff_connections', 4);
  slow.stop();
  const ids: string[] = [];
  const before = await bff.heapUsed();
  for (let batch = 0; batch < BATCHES; batch++)
    ids.push(...(await bff.publish(PER_BATCH, 'all', CHARACTERS)));
  await Promise.all(others.map((observer) => observer.untilShown(ids, 60_000)));
  await bff.expectMetric('tocsin_bff_connections_ended_total{reason="not_reading"}', 1);
  await bff.expectMetric('tocsin_bff_connections', 3);
  const sent = ids.length * CHARACTERS * 4;
  process.stdout.write(
    `${(sent / 1e6).toFixed(1)} MB sent, heap before ${before}, after ${await bff.heapUsed()}\n`,
  );
  for (const { shown, gaps } of others) {
    expect(shown.map(({ id }) => id)).toEqual(ids);
    expect(gaps).toEqual([]);
  }
  slow.resume();
  const complete = async () => (await slow.report()).shown.length >= ids.length;
  expect(await pollUntil(complete, { timeoutMs: 60_000 })).toBeUndefined();
  expect(slow.shown.map(({ id }) => id)).toEqual(ids);
  expect(slow.gaps).toEqual([]);
});

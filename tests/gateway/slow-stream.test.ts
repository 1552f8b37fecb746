import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Publication } from '@tocsin/contracts';
import { afterEach, expect, it } from 'vitest';
import { BffProcess } from '../support/processes/bff-process.ts';

/** Enough batches to fill the kernel's buffers for a connection, which hold at most 10 MB (tcp_wmem and tcp_rmem). */
const BATCHES = 100;
const PER_BATCH = 20;
const CHARACTERS = 1_950;
const STREAMS = 10;
/**
 * Maximum heap growth. The memory backend keeps multiple copies of the history. If ten streams buffered unread data,
 * the heap would grow by twice this limit.
 */
const MAX_HEAP_BYTES = 70_000_000;

let bff: BffProcess;
afterEach(() => bff.stop());
/** Starts a bff that closes a stream if the reader hasn't read for `notReadingMs` plus five seconds. */
const start = async (notReadingMs: number) => {
  bff = await BffProcess.start({
    HISTORY_BYTES: '20971520',
    PING_INTERVAL_MS: '1000',
    PING_TIMEOUT_MS: String(notReadingMs - 1_000),
  });
};

/** Opens a stream, waits until it's subscribed, and stops reading. */
async function pausedStream(lastEventId = '') {
  const request = get(`${bff.url}/app/stream`, { headers: { 'last-event-id': lastEventId } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  response.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    response.once('close', () => reject(new Error(`The stream ended before it was subscribed: ${text}`)));
    const pauseOnceSubscribed = () => {
      if (!/^event: subscribed\nid: .*\n/m.test(text)) return;
      response.off('data', pauseOnceSubscribed).pause();
      resolve();
    };
    response.on('data', pauseOnceSubscribed);
  });
  const shown = () =>
    [...text.matchAll(/^event: publications\n(?:id: .*\n)?data: (.*)\n\n/gm)].flatMap(([, json = '']) =>
      (JSON.parse(json) as { publications: Publication[] }).publications.map(
        ({ notification }) => notification?.id ?? '',
      ),
    );
  return { response, shown, lastEventId: () => text.match(/^id: (.*)$/m)?.[1] ?? '' };
}

it('should pause a slow reader’s stream without buffering unread data, then send all of the data', async () => {
  // Longer than publishing takes on a busy machine.
  await start(60_000);
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => pausedStream()));
  const ids: string[] = [];
  const before = await bff.heapUsed();
  for (let batch = 0; batch < BATCHES; batch++)
    ids.push(...(await bff.publish(PER_BATCH, 'all', CHARACTERS)));
  expect((await bff.heapUsed()) - before).toBeLessThan(MAX_HEAP_BYTES);
  const [first] = streams;
  first?.response.resume();
  await expect.poll(() => first?.shown().length, { timeout: 30_000 }).toBe(ids.length);
  expect(first?.shown()).toEqual(ids);
  for (const { response } of streams) response.destroy();
  await bff.expectMetric('tocsin_bff_connections', 0);
});

it('should close a stream whose reader has stopped reading', async () => {
  await start(2_000);
  for (let batch = 0; batch < BATCHES; batch++) await bff.publish(PER_BATCH, 'all', CHARACTERS);
  const { response, lastEventId } = await pausedStream();
  response.destroy();
  const id = lastEventId();
  await pausedStream(`${id.slice(0, id.lastIndexOf(':'))}:0`);
  await bff.expectMetric('tocsin_bff_connections_ended_total{reason="not_reading"}', 1);
  await bff.expectMetric('tocsin_bff_connections', 0);
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EventStream } from './event-stream.ts';

let reads: number;
let written: string;
let isAborted: boolean;
let ended: string[];

/** Opens a stream of an unreadable feed. */
function openStream(): EventStream {
  const view = new Proxy({ feed: 'all' }, { get: (target, name) => (name === 'feed' ? target.feed : fail) });
  const fail = () => {
    reads++;
    return Promise.reject(new Error('the store is down'));
  };
  const sink = {
    ...{ waiting: 0, isFull: false, onceDrained: () => undefined, end: () => undefined },
    write: (text: string) => (written += text),
    abort: () => (isAborted = true),
  };
  const stream = new EventStream({
    ...{ sink, bearer: { reader: 'ben' }, feeds: new Map([['all', undefined]]), now: () => Date.now() },
    views: { view: () => view as never, watch: () => undefined, unwatch: () => undefined },
    pages: {
      states: { stored: () => Promise.resolve(undefined) },
      inboxes: { stateOf: () => Promise.resolve(undefined) },
      now: () => Date.now(),
      onUnreadable: () => undefined,
    },
    ...{ onSubscribed: () => undefined, onEnded: (reason) => ended.push(reason), onError: () => undefined },
  });
  stream.open(1_000);
  return stream;
}

beforeEach(() => {
  vi.useFakeTimers();
  [reads, written, isAborted, ended] = [0, '', false, []];
});
afterEach(() => vi.useRealTimers());

it('should retry an unreadable feed once a second, regardless of how many events arrive', async () => {
  const stream = openStream();
  await vi.advanceTimersByTimeAsync(500);
  expect(reads).toBe(1);
  for (let second = 1; second <= 5; second++) {
    for (let i = 0; i < 10; i++) {
      stream.position({ feed: 'all', epoch: '1-a', offset: i });
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(reads).toBe(1 + second);
  }
});

it('should not write anything after the stream has ended, not even heartbeats', async () => {
  const stream = openStream();
  await vi.advanceTimersByTimeAsync(0);
  stream.end('token_expired', 'the token has expired');
  const before = written;
  stream.heartbeat();
  stream.position({ feed: 'all', epoch: '1-a', offset: 1 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written).toBe(before);
});

it('should close the connection if the reader stops reading, even if the stream has ended', () => {
  const stream = openStream();
  stream.end('token_expired', 'the token has expired');
  stream.abort();
  expect([isAborted, ended]).toEqual([true, ['token_expired']]);
});

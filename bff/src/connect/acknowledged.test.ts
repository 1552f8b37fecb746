import { beforeEach, expect, it } from 'vitest';
import { AcknowledgedPublications, SentPublications } from './acknowledged.ts';

const EPOCH = '1-a';
let sent: SentPublications;
let delivered: unknown[][];
let acknowledged: AcknowledgedPublications;
beforeEach(() => {
  sent = new SentPublications();
  delivered = [];
  acknowledged = new AcknowledgedPublications(sent, (...range) => delivered.push(range));
});

/** Sends the publications `first` to `last`. */
const send = (first: number, last = first, epoch = EPOCH) =>
  sent.add(
    'all',
    epoch,
    Array.from({ length: last - first + 1 }, (_, index) => ({ offset: first + index })),
  );
const ping = () => {
  acknowledged.pingSent();
  acknowledged.pongReceived();
};
const answerOf = (offset: number, recovered = true, epoch = EPOCH) => ({
  epoch,
  offset,
  recovered,
  more: false,
});

it('should report publications once, when the client answers a ping that was sent after them', () => {
  acknowledged.subscribed('all', undefined, answerOf(5));
  send(6, 7);
  acknowledged.pingSent();
  send(8);
  expect(delivered).toEqual([]);
  acknowledged.pongReceived();
  expect(delivered).toEqual([['all', EPOCH, 6, 7]]);
  acknowledged.pongReceived();
  acknowledged.pingSent();
  acknowledged.pongReceived();
  acknowledged.pingSent();
  acknowledged.pongReceived();
  expect(delivered).toEqual([
    ['all', EPOCH, 6, 7],
    ['all', EPOCH, 8, 8],
  ]);
});

it('should report recovered publications, but no others from before the client subscribed', () => {
  acknowledged.subscribed('all', { epoch: EPOCH, offset: 2 }, answerOf(4));
  acknowledged.pingSent();
  acknowledged.pongReceived();
  expect(delivered).toEqual([['all', EPOCH, 3, 4]]);
  const fresh = new AcknowledgedPublications(sent, (...range) => delivered.push(range));
  fresh.subscribed('all', { epoch: '0-b', offset: 2 }, answerOf(4, false));
  fresh.pingSent();
  fresh.pongReceived();
  expect(delivered).toHaveLength(1);
});

it('should report publications once, even if requested again, and ignore positions from another epoch', () => {
  acknowledged.subscribed('all', undefined, answerOf(0));
  send(1, 3);
  acknowledged.pingSent();
  acknowledged.pongReceived();
  acknowledged.subscribed('all', { epoch: EPOCH, offset: 1 }, answerOf(3));
  send(1, 9, '2-b');
  acknowledged.pingSent();
  acknowledged.pongReceived();
  acknowledged.unsubscribed('all');
  acknowledged.pingSent();
  acknowledged.pongReceived();
  expect(delivered).toEqual([['all', EPOCH, 1, 3]]);
});

it('should only report publications in answers until the client has requested the last page', () => {
  send(9);
  acknowledged.subscribed('all', { epoch: EPOCH, offset: 0 }, { ...answerOf(3), more: true });
  acknowledged.pingSent();
  acknowledged.pongReceived();
  expect(delivered).toEqual([['all', EPOCH, 1, 3]]);
  acknowledged.subscribed('all', { epoch: EPOCH, offset: 3 }, answerOf(8));
  acknowledged.pingSent();
  acknowledged.pongReceived();
  expect(delivered).toEqual([
    ['all', EPOCH, 1, 3],
    ['all', EPOCH, 4, 9],
  ]);
});

it('should report a publication that was sent before a gap, but only once the gap is filled', () => {
  acknowledged.subscribed('all', undefined, answerOf(9));
  send(10);
  send(12);
  send(14, 15);
  ping();
  expect(delivered).toEqual([['all', EPOCH, 10, 10]]);
  send(11);
  ping();
  send(13);
  send(12);
  ping();
  expect(delivered.slice(1)).toEqual([
    ['all', EPOCH, 11, 12],
    ['all', EPOCH, 13, 15],
  ]);
});

it('should report publications sent after the answer, no matter which were sent before it', () => {
  send(1, 3);
  send(7, 8);
  acknowledged.subscribed('all', undefined, answerOf(8));
  ping();
  expect(delivered).toEqual([]);
  send(9);
  ping();
  expect(delivered).toEqual([['all', EPOCH, 9, 9]]);
});

it('should report publications even if the instance does not know which earlier ones it sent', () => {
  acknowledged.subscribed('all', undefined, answerOf(5));
  // Publication 6 was sent before this instance began to track the feed.
  send(7);
  ping();
  expect(delivered).toEqual([['all', EPOCH, 6, 7]]);
});

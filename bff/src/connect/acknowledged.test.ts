import { beforeEach, expect, it } from 'vitest';
import { AcknowledgedPublications, SentPositions } from './acknowledged.ts';

const EPOCH = '1-a';
let sent: SentPositions;
let delivered: unknown[][];
let acknowledged: AcknowledgedPublications;
beforeEach(() => {
  sent = new SentPositions();
  delivered = [];
  acknowledged = new AcknowledgedPublications(sent, (...range) => delivered.push(range));
});

const send = (offset: number, epoch = EPOCH) => sent.set('all', { epoch, offset });
const answerOf = (offset: number, recovered = true, epoch = EPOCH) => ({
  epoch,
  offset,
  recovered,
  more: false,
});

it('should report publications once, when the client answers a later ping', () => {
  acknowledged.subscribed('all', undefined, answerOf(5));
  send(7);
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
  send(3);
  acknowledged.pingSent();
  acknowledged.pongReceived();
  acknowledged.subscribed('all', { epoch: EPOCH, offset: 1 }, answerOf(3));
  send(9, '2-b');
  acknowledged.pingSent();
  acknowledged.pongReceived();
  acknowledged.unsubscribed('all');
  acknowledged.pingSent();
  acknowledged.pongReceived();
  expect(delivered).toEqual([['all', EPOCH, 1, 3]]);
});

it('should report only publications in the answers until the client has requested the last page', () => {
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

import { beforeEach, expect, it } from 'vitest';
import { Acknowledged, SentPositions } from './acknowledged.ts';

const EPOCH = '1-a';
let sent: SentPositions;
let delivered: unknown[][];
let acknowledged: Acknowledged;
beforeEach(() => {
  sent = new SentPositions();
  delivered = [];
  acknowledged = new Acknowledged(sent, (...one) => delivered.push(one));
});

const send = (offset: number, epoch = EPOCH) => sent.set('all', { epoch, offset });
const answerOf = (offset: number, recovered = true, epoch = EPOCH) => ({ epoch, offset, recovered });

it('should report publications once, when the client answers a later ping', () => {
  acknowledged.subscribed('all', undefined, answerOf(5));
  send(7);
  acknowledged.pingSent();
  send(8);
  expect(delivered).toEqual([]);
  acknowledged.answered();
  expect(delivered).toEqual([['all', EPOCH, 6, 7]]);
  acknowledged.answered();
  acknowledged.pingSent();
  acknowledged.answered();
  acknowledged.pingSent();
  acknowledged.answered();
  expect(delivered).toEqual([
    ['all', EPOCH, 6, 7],
    ['all', EPOCH, 8, 8],
  ]);
});

it('should report recovered publications, but none from before the client subscribed', () => {
  acknowledged.subscribed('all', { epoch: EPOCH, offset: 2 }, answerOf(4));
  acknowledged.pingSent();
  acknowledged.answered();
  expect(delivered).toEqual([['all', EPOCH, 3, 4]]);
  const fresh = new Acknowledged(sent, (...one) => delivered.push(one));
  fresh.subscribed('all', { epoch: '0-b', offset: 2 }, answerOf(4, false));
  fresh.pingSent();
  fresh.answered();
  expect(delivered).toHaveLength(1);
});

it('should report publications only once if requested repeatedly, and ignore positions from another epoch', () => {
  acknowledged.subscribed('all', undefined, answerOf(0));
  send(3);
  acknowledged.pingSent();
  acknowledged.answered();
  acknowledged.subscribed('all', { epoch: EPOCH, offset: 1 }, answerOf(3));
  send(9, '2-b');
  acknowledged.pingSent();
  acknowledged.answered();
  acknowledged.unsubscribed('all');
  acknowledged.pingSent();
  acknowledged.answered();
  expect(delivered).toEqual([['all', EPOCH, 1, 3]]);
});

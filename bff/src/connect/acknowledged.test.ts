import { beforeEach, expect, it } from 'vitest';
import { Acknowledged, SentPositions } from './acknowledged.ts';

const EPOCH = '1-a';
let sent: SentPositions;
let delivered: unknown[][];
let page: Acknowledged;
beforeEach(() => {
  sent = new SentPositions();
  delivered = [];
  page = new Acknowledged(sent, (...one) => delivered.push(one));
});

const send = (offset: number, epoch = EPOCH) => sent.sent('all', { epoch, offset });
const answerOf = (offset: number, recovered = true, epoch = EPOCH) => ({ epoch, offset, recovered });

it('should report publications once, when the page answers a later ping', () => {
  page.subscribed('all', undefined, answerOf(5));
  send(7);
  page.pingSent();
  send(8);
  expect(delivered).toEqual([]);
  page.answered();
  expect(delivered).toEqual([['all', EPOCH, 6, 7]]);
  page.answered();
  page.pingSent();
  page.answered();
  page.pingSent();
  page.answered();
  expect(delivered).toEqual([
    ['all', EPOCH, 6, 7],
    ['all', EPOCH, 8, 8],
  ]);
});

it('should report recovered publications, but none from before the page subscribed', () => {
  page.subscribed('all', { epoch: EPOCH, offset: 2 }, answerOf(4));
  page.pingSent();
  page.answered();
  expect(delivered).toEqual([['all', EPOCH, 3, 4]]);
  const fresh = new Acknowledged(sent, (...one) => delivered.push(one));
  fresh.subscribed('all', { epoch: '0-b', offset: 2 }, answerOf(4, false));
  fresh.pingSent();
  fresh.answered();
  expect(delivered).toHaveLength(1);
});

it('should report publications only once if requested repeatedly, and ignore positions from another epoch', () => {
  page.subscribed('all', undefined, answerOf(0));
  send(3);
  page.pingSent();
  page.answered();
  page.subscribed('all', { epoch: EPOCH, offset: 1 }, answerOf(3));
  send(9, '2-b');
  page.pingSent();
  page.answered();
  page.unsubscribed('all');
  page.pingSent();
  page.answered();
  expect(delivered).toEqual([['all', EPOCH, 1, 3]]);
});

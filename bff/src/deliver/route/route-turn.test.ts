import { beforeEach, expect, it, vi } from 'vitest';
import { TemporaryError } from '../errors.ts';
import { createTurnRouter, HostUnreachableError } from './route-turn.ts';
import type { FeedTurnTaker, TurnResult } from '../turn/turn.ts';

const there: TurnResult = { outcome: 'delivered', position: { epoch: '1-a', offset: 1 } };
const here: TurnResult = { outcome: 'delivered', position: { epoch: '1-a', offset: 2 } };
const announced = { run: 'abcdefgh', seq: 1 };

let clock: number;
let home: boolean;
let callActor: ReturnType<typeof vi.fn<FeedTurnTaker>>;
let turn: ReturnType<typeof vi.fn<FeedTurnTaker>>;
let onTakeover: ReturnType<typeof vi.fn<(feed: string) => void>>;
let routeTurn: FeedTurnTaker;

beforeEach(() => {
  clock = 0;
  home = false;
  callActor = vi.fn<FeedTurnTaker>(() => Promise.resolve(there));
  turn = vi.fn<FeedTurnTaker>(() => Promise.resolve(here));
  onTakeover = vi.fn<(feed: string) => void>();
  routeTurn = createTurnRouter({
    callActor,
    host: { takeTurn: turn, isHostedHere: () => home },
    stateOf: () => Promise.resolve(undefined),
    onTakeover,
    now: () => clock,
  });
});

const refused = () => Promise.reject(new HostUnreachableError('connection refused', { late: false }));
const call = () => routeTurn('all', announced, {});

it('should call the actor where it lives', async () => {
  expect(await call()).toBe(there);
  expect(turn).not.toHaveBeenCalled();
});

it('should take the turn here at once if the actor lives here', async () => {
  home = true;
  expect(await call()).toBe(here);
  expect(callActor).not.toHaveBeenCalled();
});

it('should take the turn here when the host refuses, and go on so for two seconds', async () => {
  callActor.mockImplementation(refused);
  expect(await call()).toBe(here);
  clock = 1_999;
  expect(await call()).toBe(here);
  expect(callActor).toHaveBeenCalledTimes(1);
  expect(onTakeover).toHaveBeenCalledTimes(1);
});

it('should find out with one call whether the host is back, while the others go on here', async () => {
  callActor.mockImplementationOnce(refused);
  await call();
  clock = 2_001;
  let answer: (result: TurnResult) => void = () => undefined;
  callActor.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  const probe = call();
  expect(await call()).toBe(here);
  expect(callActor).toHaveBeenCalledTimes(2);
  answer(there);
  expect(await probe).toBe(there);
  expect(await call()).toBe(there);
});

it('should repeat a turn here that met another activation', async () => {
  callActor.mockImplementation(refused);
  turn.mockRejectedValueOnce(new TemporaryError('another etag'));
  expect(await call()).toBe(here);
  expect(turn).toHaveBeenCalledTimes(2);
});

it('should give up after three turns here that failed', async () => {
  callActor.mockImplementation(refused);
  turn.mockRejectedValue(new TemporaryError('the store is away'));
  await expect(call()).rejects.toThrow('the store is away');
  expect(turn).toHaveBeenCalledTimes(3);
});

it('should not take the turn here when the host was reached and could not finish', async () => {
  callActor.mockRejectedValue(new TemporaryError('the store is away'));
  await expect(call()).rejects.toThrow('the store is away');
  expect(turn).not.toHaveBeenCalled();
});

it('should take the turn of a late host whose head stands still', async () => {
  callActor.mockRejectedValue(new HostUnreachableError('no answer', { late: true }));
  expect(await call()).toBe(here);
});

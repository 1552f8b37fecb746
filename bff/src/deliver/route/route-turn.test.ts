import { beforeEach, expect, it, vi } from 'vitest';
import { TemporaryError } from '../errors.ts';
import { createTurnRouter, HostUnreachableError } from './route-turn.ts';
import type { FeedTurnTaker, TurnResult } from '../turn/turn.ts';

const resultFromHost: TurnResult = { outcome: 'delivered', position: { epoch: '1-a', offset: 1 } };
const localResult: TurnResult = { outcome: 'delivered', position: { epoch: '1-a', offset: 2 } };
const announced = { run: 'abcdefgh', seq: 1 };

let clock: number;
let isHosted: boolean;
let callActor: ReturnType<typeof vi.fn<FeedTurnTaker>>;
let turn: ReturnType<typeof vi.fn<FeedTurnTaker>>;
let onTakeover: ReturnType<typeof vi.fn<(feed: string) => void>>;
let routeTurn: FeedTurnTaker;

beforeEach(() => {
  clock = 0;
  isHosted = false;
  callActor = vi.fn<FeedTurnTaker>(() => Promise.resolve(resultFromHost));
  turn = vi.fn<FeedTurnTaker>(() => Promise.resolve(localResult));
  onTakeover = vi.fn<(feed: string) => void>();
  routeTurn = createTurnRouter({
    callActor,
    host: { takeTurn: turn, isHostedHere: () => isHosted },
    stateOf: () => Promise.resolve(undefined),
    onTakeover,
    now: () => clock,
  });
});

const refuseConnection = () =>
  Promise.reject(new HostUnreachableError('connection refused', { mayStillBeWorking: false }));
const call = () => routeTurn('all', announced, {});

it("should call the actor on the actor's host", async () => {
  expect(await call()).toBe(resultFromHost);
  expect(turn).not.toHaveBeenCalled();
});

it('should run the turn locally right away if this instance hosts the actor', async () => {
  isHosted = true;
  expect(await call()).toBe(localResult);
  expect(callActor).not.toHaveBeenCalled();
});

it('should run turns locally for two seconds after the host refused a call', async () => {
  callActor.mockImplementation(refuseConnection);
  expect(await call()).toBe(localResult);
  clock = 1_999;
  expect(await call()).toBe(localResult);
  expect(callActor).toHaveBeenCalledTimes(1);
  expect(onTakeover).toHaveBeenCalledTimes(1);
});

it("should not depend on the system's clock", async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    routeTurn = createTurnRouter({
      callActor,
      host: { takeTurn: turn, isHostedHere: () => isHosted },
      stateOf: () => Promise.resolve(undefined),
      onTakeover,
    });
    callActor.mockImplementation(refuseConnection);
    await call();
    vi.setSystemTime(Date.now() + 60_000);
    await call();
    expect(callActor).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});

it('should probe the host with one call, and run all other turns locally until the host responds', async () => {
  callActor.mockImplementationOnce(refuseConnection);
  await call();
  clock = 2_001;
  let respond: (result: TurnResult) => void = () => undefined;
  callActor.mockImplementationOnce(() => new Promise((resolve) => (respond = resolve)));
  const probe = call();
  expect(await call()).toBe(localResult);
  expect(callActor).toHaveBeenCalledTimes(2);
  respond(resultFromHost);
  expect(await probe).toBe(resultFromHost);
  expect(await call()).toBe(resultFromHost);
});

it('should retry a local turn if it conflicted with another activation', async () => {
  callActor.mockImplementation(refuseConnection);
  turn.mockRejectedValueOnce(new TemporaryError('another etag'));
  expect(await call()).toBe(localResult);
  expect(turn).toHaveBeenCalledTimes(2);
});

it('should give up after three failed attempts on this instance', async () => {
  callActor.mockImplementation(refuseConnection);
  turn.mockRejectedValue(new TemporaryError('the store is unavailable'));
  await expect(call()).rejects.toThrow('the store is unavailable');
  expect(turn).toHaveBeenCalledTimes(3);
});

it('should not run the turn locally if the host was reached but failed', async () => {
  callActor.mockRejectedValue(new TemporaryError('the store is unavailable'));
  await expect(call()).rejects.toThrow('the store is unavailable');
  expect(turn).not.toHaveBeenCalled();
});

it("should run the turn locally if the host doesn't respond and the feed's head doesn't change", async () => {
  callActor.mockRejectedValue(new HostUnreachableError('no response', { mayStillBeWorking: true }));
  expect(await call()).toBe(localResult);
});

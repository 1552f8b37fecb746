import { createAdapter } from '@socket.io/redis-streams-adapter';
import { MessageType } from 'socket.io-adapter';
import { beforeEach, expect, it, vi } from 'vitest';
import { expectTestedVersions } from '../../testing/tested-versions.ts';
import { tapStreamsAdapter } from './streams-adapter.ts';

expectTestedVersions({ '@socket.io/redis-streams-adapter': '0.3.1', 'socket.io-adapter': '2.5.8' });

const xAdd = vi.fn<(...args: unknown[]) => Promise<string>>();
const onMessage = vi.fn();
const onBroadcast = vi.fn();
const onSkipped = vi.fn();
const onCount = vi.fn();
const xRead = vi.fn<(...args: unknown[]) => Promise<unknown>>();

/** A fake Redis client that accepts events and returns events from a test's `xRead`. */
const redis = {
  sSubscribe: () => undefined,
  duplicate: () => redis,
  connect: () => Promise.resolve(),
  on: () => redis,
  subscribe: () => Promise.resolve(),
  xRead,
  xAdd,
};

beforeEach(() => {
  vi.resetAllMocks();
  xAdd.mockResolvedValue('1-0');
  xRead.mockReturnValue(new Promise(() => undefined));
});

type RawMessage = Parameters<ReturnType<ReturnType<typeof createAdapter>>['onRawMessage']>[0];

const createTap = () => {
  const adapter = createAdapter(redis, { onlyPlaintext: true })({
    name: '/',
    server: { _connectTimeout: 1, engine: {} },
    sockets: new Map(),
  });
  return { adapter, add: tapStreamsAdapter(adapter, { onMessage, onBroadcast, onCount, onSkipped }) };
};

const writtenMessage = () =>
  xAdd.mock.calls[0]?.[2] as { uid: string; nsp: string; type: string; data: string };

it('should add events to the stream like socket.io, so that other processes can read them', async () => {
  await createTap().add(['publications', { feed: 'all' }]);
  expect(writtenMessage()).toMatchObject({ nsp: '/', type: String(MessageType.BROADCAST) });
  expect(JSON.parse(writtenMessage().data)).toEqual({
    packet: { type: 2, data: ['publications', { feed: 'all' }], nsp: '/' },
    opts: { rooms: [], except: [], flags: {} },
    count: 1,
  });
});

it('should reject if Redis refuses the event', async () => {
  xAdd.mockRejectedValue(new Error('out of memory'));
  await expect(createTap().add(['publications', {}])).rejects.toThrow('out of memory');
});

it("should report all messages, and pass on only other processes' broadcasts", async () => {
  const { adapter, add } = createTap();
  await add(['publications', 1]);
  adapter.onRawMessage(writtenMessage(), '1-0');
  adapter.onRawMessage({ ...writtenMessage(), uid: 'another' }, '2-0');
  adapter.onRawMessage({ ...writtenMessage(), uid: 'another', data: 'not JSON' }, '3-0');
  expect(onMessage.mock.calls).toEqual([
    ['1-0', writtenMessage().data.length],
    ['2-0', writtenMessage().data.length],
    ['3-0', 8],
  ]);
  expect(onBroadcast.mock.calls).toEqual([[['publications', 1]], [undefined]]);
});

it("should keep reading after messages that aren't broadcasts or make a handler throw", async () => {
  const broadcast = { uid: 'another', nsp: '/', type: '3' };
  const messages = [
    { id: '1-0', message: { uid: 'another', nsp: '/', type: '4' } },
    { id: '2-0', message: { ...broadcast, data: '{"packet":{"data":["refused"]}}' } },
    { id: '3-0', message: { ...broadcast, data: '{"packet":{"data":["publications",1]}}' } },
  ];
  const refusal = new Error('refused');
  onBroadcast.mockImplementationOnce(() => {
    throw refusal;
  });
  xRead.mockResolvedValueOnce([{ name: 'socket.io', messages }]);
  createTap();
  await vi.waitFor(() => expect(onBroadcast).toHaveBeenLastCalledWith(['publications', 1]));
  expect(onSkipped.mock.calls).toEqual([
    ['1-0', new Error('The message is not a broadcast.')],
    ['2-0', refusal],
  ]);
  await vi.waitFor(() => expect(xRead).toHaveBeenCalledTimes(2));
  expect(xRead.mock.calls[1]?.[0]).toEqual([{ key: 'socket.io', id: '3-0' }]);
});

it("should pass on another process's count of sent broadcasts", async () => {
  const { adapter, add } = createTap();
  for (const event of [1, 2]) await add(['publications', event]);
  for (const [, , message] of xAdd.mock.calls)
    adapter.onRawMessage({ ...(message as RawMessage), uid: 'another' }, '1-0');
  adapter.onRawMessage({ uid: 'version 0.1.0', nsp: '/', type: '3', data: '{"packet":{"data":[]}}' }, '2-0');
  expect(onCount.mock.calls).toEqual([
    ['another', 1],
    ['another', 2],
  ]);
  expect(onBroadcast).toHaveBeenCalledTimes(3);
});

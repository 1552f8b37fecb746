import { createLogger } from '@tocsin/service';
import { expect, it, vi } from 'vitest';
import type { RedisConnection } from '../redis/connection.ts';
import { RedisBroadcaster } from './redis-broadcaster.ts';

const redis = {
  sSubscribe: () => undefined,
  duplicate: () => redis,
  connect: () => Promise.resolve(),
  on: () => redis,
  subscribe: () => Promise.resolve(),
  xRead: () => new Promise(() => undefined),
};
const NAMESPACE = { name: '/', server: { _connectTimeout: 1, engine: {} }, sockets: new Map() };

interface Receiver {
  onRawMessage(message: Record<string, string>, id: string): void;
}

it('should tell listeners when broadcasts from another instance are missing', () => {
  const broadcaster = new RedisBroadcaster({
    connection: { client: redis } as unknown as RedisConnection,
    maxBytes: 1_000_000,
    log: createLogger('bff', 'silent'),
  });
  const onGap = vi.fn<() => void>();
  broadcaster.onGap(onGap);
  const create = broadcaster.createAdapter();
  const adapter = create(NAMESPACE) as unknown as Receiver;
  const receive = (count: number) => {
    const data = JSON.stringify({ packet: { data: ['publications', []] }, count });
    adapter.onRawMessage({ uid: 'another', nsp: '/', type: '3', data }, `${count}-0`);
  };
  receive(1);
  receive(2);
  expect(onGap).not.toHaveBeenCalled();
  receive(4);
  expect(onGap).toHaveBeenCalledTimes(1);
  broadcaster.stop();
});

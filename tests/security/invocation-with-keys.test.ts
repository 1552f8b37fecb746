import { createHash } from 'node:crypto';
import { Sidecar, sendToProducer } from '@tocsin/service';
import { Observer } from '@tocsin/lab';
import { startStack, type ExternalSidecar, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callLocal } from '../support/invocation/call-local.ts';
import { readHead } from '../support/state.ts';

const KEY = 'shop-key';
const hash = createHash('sha256').update(KEY).digest('hex');

let stack: Stack;
let shop: ExternalSidecar;
let observer: Observer;
let [bff, producer]: Pair[] = [];
beforeAll(async () => {
  stack = await startStack({
    bffs: 1,
    producerEnv: { API_KEYS: 'on' },
    secrets: {
      NOTIFICATION_KEYS_apikeys: JSON.stringify([{ name: 'shop', hash, feeds: ['all'], perSecond: 100 }]),
    },
  });
  [bff] = stack.bffs;
  [producer] = stack.producers;
  shop = await stack.startExternalSidecar('shop');
  observer = new Observer('client', bff!.url);
  await observer.ready();
});
afterAll(async () => {
  observer.close();
  await stack.stop();
});

const invoke = async (method: string, path: string, headers: Record<string, string> = {}, body?: object) => {
  const response = await fetch(`${shop.daprUrl}/v1.0/invoke/producer/method/${path}`, {
    method,
    headers: { ...shop.daprHeaders, 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as unknown };
};
const internalGrpcPort = ({ sidecar }: Pair): number => {
  const args = sidecar.spec.args ?? [];
  return Number(args[args.indexOf('--dapr-internal-grpc-port') + 1]);
};

describe('invoking a producer that requires API keys', () => {
  it('should be rejected without a valid key, as on the public port', async () => {
    for (const headers of [{}, { 'x-api-key': 'wrong' }, { 'tocsin-signature': 'v1.1.guessed' }]) {
      const responses = [
        await invoke('POST', 'notifications', headers, { id: 'forged', title: 'x' }),
        await invoke('DELETE', 'notifications/a', headers),
        await invoke('DELETE', 'feeds/all', headers),
        await invoke('DELETE', 'feeds?feed=all', headers),
      ];
      for (const response of responses)
        expect(response, JSON.stringify(headers)).toMatchObject({
          status: 401,
          body: { code: 'unauthorized' },
        });
    }
  });

  it('should also be rejected on the sidecar’s internal port, regardless of headers', async () => {
    for (const headers of [{}, { 'dapr-caller-app-id': 'bff', 'dapr-callee-app-id': 'producer' }]) {
      const body = { id: 'forged', feed: 'user:ada', title: 'x' };
      const call = { verb: 'POST', method: 'notifications', headers, body } as const;
      expect((await callLocal(internalGrpcPort(producer!), call)).status).toBe(401);
      const erase = { verb: 'DELETE', method: 'feeds/user:ada', headers } as const;
      expect((await callLocal(internalGrpcPort(producer!), erase)).status).toBe(401);
    }
    expect(await readHead(bff!, 'user:ada')).toBeUndefined();
  });

  it('should be accepted with a key, and reach only the key’s feeds', async () => {
    const title = 'x';
    expect(await invoke('POST', 'notifications', { 'x-api-key': KEY }, { id: 'a', title })).toMatchObject({
      status: 202,
    });
    const bearer = { authorization: `Bearer ${KEY}` };
    expect(await invoke('POST', 'notifications', bearer, { id: 'b', title })).toMatchObject({ status: 202 });
    expect(await invoke('POST', 'notifications', bearer, { id: 'c', title, feed: 'user:ada' })).toMatchObject(
      { status: 403 },
    );
    await observer.untilShown(['a', 'b']);
    expect(observer.shown.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('should be accepted from the bff, which signs the call', async () => {
    const sidecar = new Sidecar({
      httpPort: bff!.daprHttpPort,
      token: bff!.daprHeaders['dapr-api-token'],
      timeoutMs: 10_000,
    });
    try {
      expect(await sendToProducer(sidecar, { id: 'composed', title: 'x' })).toEqual({ ids: ['composed'] });
    } finally {
      await sidecar.close();
    }
    await observer.untilShown(['composed']);
  });
});

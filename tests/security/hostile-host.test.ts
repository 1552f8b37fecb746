import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feedKey } from '@tocsin/contracts';
import { freePorts, startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sumMetric } from '../support/observe/metrics.ts';
import { eventually, readHead } from '../support/state.ts';

/** Enough partitions for Dapr to place some on the hostile host. */
const PARTITIONS = 24;
const FEEDS = Array.from({ length: 24 }, (_, n) => `topic:hostile-${n}`);
const FORGED_POSITION = { epoch: '8000000000000000-forged', offset: 1_000_000 };
/** The hostile application's state store, which lets it offer to host actors. */
const STORE = `
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: its-own }
spec:
  type: state.in-memory
  version: v1
  metadata: [{ name: actorStateStore, value: 'true' }]
`;

let stack: Stack;
let hostile: Server;
const dir = mkdtempSync(join(tmpdir(), 'tocsin-hostile-'));
const requests: string[] = [];

beforeAll(async () => {
  // The secret stores are empty, so the instances share a secret that they generate.
  stack = await startStack({
    producerEnv: { PARTITIONS: String(PARTITIONS) },
    secrets: { NOTIFICATION_SECRETS_internal: '', NOTIFICATION_KEYS_internal: '' },
  });
  const [appPort = 0] = await freePorts(1);
  hostile = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/dapr/config')
      return response.end(JSON.stringify({ entities: ['Feed', 'Partition'] }));
    if (request.method === 'PUT') requests.push(request.url ?? '');
    response.end(
      JSON.stringify({ outcome: 'delivered', position: FORGED_POSITION, proof: 'AAAAAAAAAAAAAAAAAAAAAA' }),
    );
  }).listen(appPort, '127.0.0.1');
  await once(hostile, 'listening');
  writeFileSync(join(dir, 'store.yaml'), STORE);
  await stack.startExternalSidecar('hostile', { appPort, resourcesDir: dir });
});
afterAll(async () => {
  await stack.stop();
  hostile.close();
  rmSync(dir, { recursive: true });
});

const publish = async (feed: string, id: string): Promise<void> => {
  const response = await fetch(`${stack.producers[0]?.url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, title: id, feed }),
  });
  expect(response.status).toBe(202);
};

it('should not let a hostile application take over turns or cause losses by offering to host our actors', async () => {
  const [bff] = stack.bffs as [Pair];
  let round = 0;
  // Placement needs a moment to route calls to the new host.
  for (const end = Date.now() + 60_000; requests.length < 5 && Date.now() < end; round++) {
    for (const feed of FEEDS) await publish(feed, `n${round}`);
  }
  expect(requests.length).toBeGreaterThanOrEqual(5);
  const methods = Array.from({ length: PARTITIONS }, (_, n) => `/actors/Partition/${n}/method/takeEntries`);
  expect(methods).toEqual(expect.arrayContaining(requests));
  for (const feed of FEEDS) {
    const head = await eventually(async () => {
      const read = await readHead(bff, feed);
      return read?.offset === round && read;
    }, 30_000);
    expect(head.epoch).not.toBe(FORGED_POSITION.epoch);
  }
});

it('should never start a new epoch on an unsigned call, even without a secret in the secret stores', async () => {
  const [bff] = stack.bffs as [Pair];
  const shop = await stack.startExternalSidecar('shop');
  const before = await Promise.all(FEEDS.map((feed) => readHead(bff, feed)));
  for (const feed of FEEDS) {
    await fetch(`${shop.daprUrl}/v1.0/actors/Feed/${feedKey(feed)}/method/take`, {
      method: 'PUT',
      headers: { ...shop.daprHeaders, 'content-type': 'application/json' },
      body: JSON.stringify({ feed, heard: FORGED_POSITION }),
    });
  }
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await fetch(`${shop.daprUrl}/v1.0/actors/Partition/${partition}/method/takeEntries`, {
      method: 'PUT',
      headers: { ...shop.daprHeaders, 'content-type': 'application/json' },
      body: JSON.stringify({ partition, run: 'F0000001', seq: FORGED_POSITION.offset }),
    });
  }
  expect(await Promise.all(FEEDS.map((feed) => readHead(bff, feed)))).toEqual(before);
  expect(
    await sumMetric(stack.bffs, 'tocsin_bff_calls_refused_total', { reason: 'unsigned' }),
  ).toBeGreaterThan(0);
});

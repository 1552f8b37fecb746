import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Sidecar } from '@tocsin/service';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testSigner } from '../../../testing/test-proofs.ts';
import { TAKE_PARTITION } from './actor-methods.ts';
import { createCallActor } from './call-actor.ts';

let response: string;
let server: Server;
let sidecar: Sidecar;
beforeEach(async () => {
  server = createServer((_request, answer) => void answer.end(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  sidecar = new Sidecar({ httpPort: (server.address() as AddressInfo).port, timeoutMs: 5_000 });
});
afterEach(async () => {
  await sidecar.close();
  server.close();
});

it.each(['<html>', '', '7', '{"outcome":"delivered"}', '{"outcome":"delivered","proof":"x"}'])(
  'should count the host as unreachable if it responds with %s, so that the caller runs the turn itself',
  async (text) => {
    response = text;
    const options = { sidecar, signer: () => Promise.resolve(testSigner()), timeoutMs: 5_000 };
    const callActor = createCallActor(options, 'Partition', TAKE_PARTITION);
    await expect(callActor({ partition: 0, run: 'Rabc1234', seq: 3, from: 1 })).rejects.toMatchObject({
      name: 'HostUnreachableError',
      mayStillBeWorking: false,
    });
  },
);

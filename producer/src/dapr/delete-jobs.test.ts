import grpc, { Server, ServerCredentials } from '@grpc/grpc-js';
import stub from '@dapr/dapr/proto/dapr/proto/runtime/v1/dapr_grpc_pb.js';
import messages from '@dapr/dapr/proto/dapr/proto/runtime/v1/jobs_pb.js';
import { afterEach, expect, it } from 'vitest';
import { createDeleteJobs } from './delete-jobs.ts';

/**
 * Canary test for internals of @dapr/dapr, tested with 3.18.0. If it fails after an update, adapt delete-jobs.ts: look
 * for the renamed stubs in node_modules/@dapr/dapr/proto, or for a DaprClient method that deletes jobs by prefix.
 */

const PATH = '/dapr.proto.runtime.v1.Dapr/DeleteJobsByPrefixAlpha1';

interface Call {
  request: { getNamePrefix(): string };
  metadata: grpc.Metadata;
}

let server: Server | undefined;
afterEach(() => server?.forceShutdown());

/** Starts a fake sidecar that implements only this call. With `fail`, it returns an error. */
async function sidecar({ fail = false } = {}) {
  const calls: { prefix: string; token: unknown }[] = [];
  const deleteJobs = ({ request, metadata }: Call, done: grpc.sendUnaryData<object>) => {
    calls.push({ prefix: request.getNamePrefix(), token: metadata.get('dapr-api-token')[0] });
    if (fail) return done({ code: grpc.status.UNAVAILABLE, details: 'no scheduler' });
    done(null, new messages.DeleteJobsByPrefixResponseAlpha1());
  };
  server = new Server();
  const name = 'deleteJobsByPrefixAlpha1';
  server.addService({ [name]: stub.DaprService[name] }, { [name]: deleteJobs });
  const grpcPort = await new Promise<number>((resolve, reject) =>
    server?.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
  const client = createDeleteJobs({ host: '127.0.0.1', grpcPort, token: 'secret', timeoutMs: 5_000 });
  return { ...client, calls };
}

it("should call Dapr's delete method with the prefix and the token", async () => {
  const { deleteJobs, close, calls } = await sidecar();
  await deleteJobs('feed:');
  close();
  expect(calls).toEqual([{ prefix: 'feed:', token: 'secret' }]);
  expect(stub.DaprService.deleteJobsByPrefixAlpha1.path).toBe(PATH);
});

it("should reject with the sidecar's code and reason", async () => {
  const { deleteJobs, close } = await sidecar({ fail: true });
  await expect(deleteJobs('feed:')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('no scheduler') as string,
  });
  close();
});

import grpc, { Metadata, credentials } from '@grpc/grpc-js';
// Undocumented stubs in the SDK. delete-jobs.test.ts checks that they still exist.
import stub from '@dapr/dapr/proto/dapr/proto/runtime/v1/dapr_grpc_pb.js';
import messages from '@dapr/dapr/proto/dapr/proto/runtime/v1/jobs_pb.js';
import { SidecarError } from '@tocsin/service';

export interface DeleteJobsOptions {
  host: string;
  grpcPort: number;
  token: string | undefined;
  timeoutMs: number;
}

/**
 * Creates a gRPC client. Its `deleteJobs` deletes all of this application's jobs with a given name prefix, or rejects
 * with a SidecarError. The sidecar doesn't offer this call over HTTP.
 */
export function createDeleteJobs({ host, grpcPort, token, timeoutMs }: DeleteJobsOptions) {
  const client = new stub.DaprClient(`${host}:${grpcPort}`, credentials.createInsecure());
  const deleteJobs = (prefix: string): Promise<void> => {
    const request = new messages.DeleteJobsByPrefixRequestAlpha1();
    request.setNamePrefix(prefix);
    const metadata = new Metadata();
    if (token) metadata.set('dapr-api-token', token);
    return new Promise((resolve, reject) => {
      const done = (error: grpc.ServiceError | null) => {
        if (!error) return resolve();
        const message = `The sidecar did not delete the jobs with the prefix ${prefix}: ${error.message}`;
        reject(new SidecarError(message, { code: grpc.status[error.code] ?? 'UNKNOWN', cause: error }));
      };
      client.deleteJobsByPrefixAlpha1(request, metadata, { deadline: Date.now() + timeoutMs }, done);
    });
  };
  return { deleteJobs, close: () => client.close() };
}

import grpc, { Metadata, credentials } from '@grpc/grpc-js';
import stub from '@dapr/dapr/proto/dapr/proto/runtime/v1/dapr_grpc_pb.js';
import messages from '@dapr/dapr/proto/dapr/proto/runtime/v1/jobs_pb.js';
import { SidecarError } from '@tocsin/service';

export interface DeleteJobsOptions {
  host: string;
  grpcPort: number;
  token: string | undefined;
  timeoutMs: number;
}

/** Deletes all jobs of this application whose name begins so: of the jobs API the one call that HTTP does not have. */
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
        const message = `The sidecar did not delete the jobs ${prefix}*: ${error.message}`;
        reject(new SidecarError(message, { code: grpc.status[error.code] ?? 'UNKNOWN', cause: error }));
      };
      client.deleteJobsByPrefixAlpha1(request, metadata, { deadline: Date.now() + timeoutMs }, done);
    });
  };
  return { deleteJobs, close: () => client.close() };
}

import { COMPONENTS, SECRETS, TOPICS } from '@tocsin/contracts';
import { DaprAuditSink, DaprClaimCheck, Sidecar, type ClaimCheck } from '@tocsin/service';
import type { Backend } from '../backend.ts';
import type { ProducerConfig } from '../config.ts';
import { DaprAnnouncer } from './announcer.ts';
import { fetchReceipts } from './fetch-receipts.ts';
import { createDeleteJobs } from './delete-jobs.ts';
import { DaprDueWindowStore } from './due-window-store.ts';
import { DaprJobs } from './jobs.ts';
import { DaprKeyUseStore } from './key-use-store.ts';
import { DaprKnownKeys } from './known-keys.ts';
import { DaprScheduleIndexStore } from './schedule-index-store.ts';

/** Number of connections for calls to the scheduler: twice as many as a single request uses. */
const JOB_CONNECTIONS = 32;

export function daprBackend(config: ProducerConfig): Backend {
  const options = {
    host: config.DAPR_HOST,
    httpPort: config.DAPR_HTTP_PORT,
    token: config.DAPR_API_TOKEN,
    timeoutMs: config.SIDECAR_TIMEOUT_MS,
  };
  const sidecar = new Sidecar(options);
  // A separate pool, so that calls waiting for the scheduler don't hold up deposits and announcements.
  const jobSidecar = new Sidecar({ ...options, connections: JOB_CONNECTIONS });
  const claimCheck = new DaprClaimCheck(sidecar);
  const { deleteJobs, close } = createDeleteJobs({
    host: config.DAPR_HOST,
    grpcPort: config.DAPR_GRPC_PORT,
    token: config.DAPR_API_TOKEN,
    timeoutMs: config.SIDECAR_TIMEOUT_MS,
  });
  return {
    entries: claimCheck,
    announcer: new DaprAnnouncer(sidecar),
    dueWindowStore: new DaprDueWindowStore(sidecar),
    scheduleIndexStore: new DaprScheduleIndexStore(sidecar),
    keyUses: new DaprKeyUseStore(sidecar),
    auditSink: new DaprAuditSink(sidecar),
    knownKeys: new DaprKnownKeys(sidecar),
    createJobs: () => new DaprJobs(jobSidecar, deleteJobs),
    subscriptions: () => sidecar.subscriptions(),
    readSecret: (name) => sidecar.getSecret(SECRETS.apiKeys.store, name),
    refuse: (refused) => sidecar.publish(COMPONENTS.deadLetters, TOPICS.refusedNotifications, refused),
    fetchReceipts: (named, signer) => fetchReceipts(sidecar, signer, named),
    ready: () => checkReadiness(sidecar, claimCheck),
    close: async () => {
      close();
      await Promise.all([sidecar.close(), jobSidecar.close()]);
    },
  };
}

/** Resolves if the sidecar has loaded all components and the entry store responds. Otherwise rejects with the error. */
export async function checkReadiness(
  sidecar: Pick<Sidecar, 'components'>,
  claimCheck: Pick<ClaimCheck, 'ready'>,
): Promise<void> {
  const loaded = await sidecar.components();
  const missing = Object.values(COMPONENTS).filter((name) => !loaded.includes(name));
  if (missing.length > 0) throw new Error(`The sidecar has not loaded ${missing.join(', ')}.`);
  await claimCheck.ready();
}

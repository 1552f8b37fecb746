import { APP_IDS } from '@tocsin/contracts';
import { probe } from '../probe.ts';
import { fault, ok, warn, type Finding } from '../finding.ts';
import type { ReachableSidecar } from './reachable-sidecar.ts';

/** A job that doesn't exist. Requesting it shows whether the scheduler responds. */
const NO_JOB = 'tocsin-doctor-health-check';
const TIMEOUT_MS = 4_000;

/** Checks that the scheduler, which stores schedules (`deliverAt`), responds to the producer's sidecar. */
export async function checkScheduler(sidecars: readonly ReachableSidecar[]): Promise<Finding> {
  const check = 'scheduler';
  const sidecar = sidecars.find(({ metadata }) => metadata.id === APP_IDS.producer);
  if (!sidecar) {
    return warn(
      check,
      "unknown: the producer's sidecar does not report its state",
      'Fix that sidecar, or pass its address with --sidecar.',
    );
  }
  const { name, url, headers, metadata } = sidecar;
  const remedy =
    'Restart the scheduler; scheduled notifications are kept. With `npm start`, it restarts within a second; if it doesn’t, see its log in .data/logs. With compose: docker compose up -d. On Kubernetes: kubectl get pods -n dapr-system.';
  if ((metadata.scheduler?.connected_addresses ?? []).length === 0) {
    return fault(
      check,
      `not connected to the sidecar of ${name}: requests with \`deliverAt\` get 503`,
      remedy,
    );
  }
  const response = await probe(`${url}/v1.0/jobs/${NO_JOB}`, { headers, timeoutMs: TIMEOUT_MS });
  const answered = typeof response !== 'string' && /job not found/i.test(response.text);
  if (answered) return ok(check, `connected to the sidecar of ${name}`);
  const says = typeof response === 'string' ? response : `${response.status} ${response.text.slice(0, 200)}`;
  return fault(check, `does not respond to the sidecar of ${name}: ${says}`, remedy);
}

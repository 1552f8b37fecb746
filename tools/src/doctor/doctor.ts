import { readDoctorConfig } from '../config.ts';
import { findKubectl } from '../deploy/cluster/kubectl.ts';
import { unlessStopped } from '../process/stop-signal.ts';
import { examine } from './examine.ts';
import type { Finding } from './finding.ts';
import { examineCluster } from './kubernetes/examine-cluster.ts';
import { readDoctorOptions, type DoctorOptions } from './options.ts';
import { formatReport } from './report.ts';

/**
 * `npm run doctor`: checks a running system end to end and prints errors along with remedies. Exits with 1 if there are
 * errors, otherwise with 0, even if there are warnings.
 */
export async function doctor(args: string[], signal: AbortSignal): Promise<number> {
  const options = readDoctorOptions(args, readDoctorConfig());
  const findings = await unlessStopped(signal, examineTarget(options));
  process.stdout.write(formatReport(findings, options.json));
  return findings.some(({ state }) => state === 'fault') ? 1 : 0;
}

function examineTarget(options: DoctorOptions): Promise<Finding[]> {
  if ('target' in options) return examine(options.target);
  const { context, credentials } = options.cluster;
  return examineCluster(findKubectl(context), credentials);
}

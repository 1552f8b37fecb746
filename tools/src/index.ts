/** Exports what tests and the lab use from the tools, including the stack, the package builds and the doctor. */
export { Failure } from './failure.ts';
export { bundle } from './build/bundle.ts';
export { findDocker, type Docker } from './containers/engine.ts';
export { changedApis } from './build/api-reports.ts';
export {
  buildClientPackage,
  buildClientVuePackage,
  buildCreatePackage,
  buildPublishPackage,
  clientSize,
} from './build/packages.ts';
export { filesWithSchemas, pageSizes } from './build/page-size.ts';
export { ensureUi } from './setup/product/ui.ts';
export { respondsOk, pollUntil, type PollOptions } from './net/poll.ts';
export { freePorts, isPortFree } from './net/ports.ts';
export { ManagedProcess, type Exit, type ProcessSpec, type StartOptions } from './process/managed-process.ts';
export { findCommand, run, type RunOptions, type RunResult } from './process/run.ts';
export { findKubectl, type KubectlResult } from './deploy/cluster/kubectl.ts';
export { startMemoryBff, type MemoryBff } from './docs/memory-bff.ts';
export { launchBrowser } from './browser/launch.ts';
export { examine } from './doctor/examine.ts';
export type { Finding } from './doctor/finding.ts';
export { auditRecords } from './docs/screenshots/audit-records.ts';
export { opsFigures, opsHistory } from './docs/screenshots/ops-figures.ts';
export { ensureFirefox } from './setup/browsers/firefox.ts';
export { ensurePrometheus, type Prometheus } from './setup/test-programs/prometheus.ts';
export { ROOT } from './paths.ts';
export { ensureRedisServer, privateRedis } from './setup/redis/redis.ts';
export { ensureSchemathesis } from './setup/test-programs/schemathesis.ts';
export { signToken } from './auth/sign-token.ts';
export type { AppCommand } from './stack/pair-processes.ts';
export type { ExternalSidecar, Pair } from './stack/pair.ts';
export { checkPublicAddress } from './start/public-address.ts';
export { startStack, type Stack, type StackOptions } from './stack/stack.ts';

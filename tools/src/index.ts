/** The stack that tests, chaos and benchmarks start, and what they need to look at it. */
export { Failure } from './failure.ts';
export { bundle } from './build/bundle.ts';
export { buildClientPackage, clientSize } from './build/client-package.ts';
export { answersOk, pollUntil, type PollOptions } from './net/poll.ts';
export { freePorts, isPortFree } from './net/ports.ts';
export { ManagedProcess, type Exit, type ProcessSpec, type StartOptions } from './process/managed-process.ts';
export { measureRecovery, type RecoveryFigures } from './bench/recovery.ts';
export { answerOf, RawClient, type RawClientOptions } from './bench/raw-client.ts';
export { readMetric } from './bench/read-metric.ts';
export { Failpoints } from './chaos/failpoints.ts';
export { startMemoryBff, type MemoryBff } from './docs/memory-bff.ts';
export { launchBrowser } from './browser/launch.ts';
export { opsFigures } from './docs/ops-figures.ts';
export { ensurePromtool } from './setup/promtool.ts';
export { signToken } from './auth/sign-token.ts';
export type { AppCommand, ForeignSidecar, Pair } from './stack/pair.ts';
export { startStack, type Stack, type StackOptions } from './stack/stack.ts';
export * from './ledger/index.ts';

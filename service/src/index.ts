/** What the two services share: configuration, logs, traces, problem answers and the way to their sidecar. */
export * from './config.ts';
export * from './dapr/sidecar.ts';
export * from './dapr/sidecar-error.ts';
export * from './http/api-token.ts';
export * from './http/client-errors.ts';
export * from './failpoints.ts';
export * from './http/errors.ts';
export * from './http/health.ts';
export * from './http/listen.ts';
export * from './http/metrics.ts';
export * from './http/problem.ts';
export * from './log.ts';
export * from './metrics.ts';
export * from './pause.ts';
export * from './run-until-signal.ts';
export * from './trace.ts';
export * from './version.ts';

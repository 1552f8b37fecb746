import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { APP_IDS } from '@tocsin/contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import { Failure, messageOf } from '../failure.ts';
import type { AppCommand, PairPorts, SidecarSettings } from './pair-processes.ts';

const port = z.int().min(1).max(65_535);
const portText = z.string().regex(/^\d+$/, 'must be a port in quotes');
const logs = z.enum(['console', 'file', 'fileAndConsole']).optional();
/** Rejects unknown fields. Otherwise, a field that only the CLI supports would be silently ignored here. */
const appSchema = z.strictObject({
  appID: z.string(),
  appDirPath: z.string(),
  appPort: port,
  daprHTTPPort: port,
  daprGRPCPort: port,
  daprInternalGRPCPort: port,
  metricsPort: port,
  command: z.tuple([z.string()], z.string()),
  env: z.record(z.string(), z.string()).and(z.looseObject({ PORT: portText, INTERNAL_PORT: portText })),
});
const runFileSchema = z.strictObject({
  version: z.literal(1),
  common: z.strictObject({
    resourcesPaths: z.array(z.string()),
    configFilePath: z.string(),
    logLevel: z.string(),
    // Only for the CLI; `npm start` prints and stores all output.
    daprdLogDestination: logs,
    appLogDestination: logs,
    apiListenAddresses: z.literal('127.0.0.1').optional(),
    enableAppHealthCheck: z.literal(true),
    appHealthCheckPath: z.string(),
    appHealthProbeInterval: z.int(),
    appHealthProbeTimeout: z.int(),
    appHealthThreshold: z.int(),
  }),
  apps: z.array(appSchema).min(1),
});

export interface RunFileApp {
  appId: string;
  ports: PairPorts;
  command: AppCommand;
  env: Record<string, string>;
}

export interface RunFile {
  path: string;
  sidecars: SidecarSettings;
  apps: RunFileApp[];
}

/** Reads a Dapr CLI run file that sets all ports, as `dapr.yaml` does. @throws Failure that lists the errors in it */
export function readRunFile(path: string): RunFile {
  const from = (relative: string) => resolve(dirname(path), relative);
  try {
    const { common, apps } = runFileSchema.parse(parse(readFileSync(path, 'utf8')));
    return {
      path,
      sidecars: {
        resourcesPaths: common.resourcesPaths.map(from),
        configFiles: [from(common.configFilePath)],
        logLevel: common.logLevel,
        appHealth: {
          path: common.appHealthCheckPath,
          intervalS: common.appHealthProbeInterval,
          timeoutMs: common.appHealthProbeTimeout,
          threshold: common.appHealthThreshold,
        },
      },
      apps: apps.map((app) => ({
        appId: app.appID,
        ports: {
          public: Number(app.env.PORT),
          internal: app.appPort,
          http: app.daprHTTPPort,
          grpc: app.daprGRPCPort,
          internalGrpc: app.daprInternalGRPCPort,
          metrics: app.metricsPort,
        },
        command: { cwd: from(app.appDirPath), command: app.command },
        env: app.env,
      })),
    };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new Failure(`${path} is invalid: ${reason}`);
  }
}

/** All ports that an application and its sidecar use, and the purpose of each. */
export function portUses({ appId, ports }: RunFileApp): { port: number; use: string }[] {
  const name = `${appId}, public port ${ports.public}`;
  const { public: publicPort, internal, ...sidecarPorts } = ports;
  return [
    { port: publicPort, use: `the public port of ${appId}` },
    { port: internal, use: `the internal port of ${name}` },
    ...Object.values(sidecarPorts).map((value: number) => ({ port: value, use: `the sidecar of ${name}` })),
  ];
}

/** HTTP ports of an application's sidecars in file order. */
export const sidecarPortsOf = ({ apps }: RunFile, id: string): number[] =>
  apps.filter(({ appId }) => appId === id).map(({ ports }) => ports.http);

/** The HTTP port of the first bff sidecar. Other commands use it to read the bff's state. */
export const sidecarPortOf = (runFile: RunFile): number => sidecarPortsOf(runFile, APP_IDS.bff)[0] ?? 0;

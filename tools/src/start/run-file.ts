import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { APP_IDS } from '@tocsin/contracts';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { Failure, messageOf } from '../failure.ts';

const port = z.int().min(1).max(65_535);
const appSchema = z.looseObject({
  appID: z.string(),
  appDirPath: z.string(),
  appPort: port,
  daprHTTPPort: port,
  daprGRPCPort: port,
  daprInternalGRPCPort: port,
  metricsPort: port,
  env: z.looseObject({ PORT: z.string().regex(/^\d+$/), INTERNAL_PORT: z.string() }),
});
const runFileSchema = z.looseObject({
  common: z.looseObject({
    resourcesPaths: z.array(z.string()),
    configFilePath: z.string(),
    placementHostAddress: z.string().optional(),
    schedulerHostAddress: z.string().optional(),
  }),
  apps: z.array(appSchema).min(1),
});
type RunFileDocument = z.infer<typeof runFileSchema>;

/** One application of a run file. */
export interface RunFileApp {
  appId: string;
  /** The public port. */
  port: number;
  internalPort: number;
  /** All ports of application and sidecar, with what they are for. */
  ports: { port: number; use: string }[];
}

export interface RunFile {
  path: string;
  apps: RunFileApp[];
  document: RunFileDocument;
}

/**
 * Reads a run file of the Dapr CLI that pins all ports, as `dapr.yaml` does.
 * @throws Failure that says what is wrong with it.
 */
export function readRunFile(path: string): RunFile {
  try {
    const document = runFileSchema.parse(parse(readFileSync(path, 'utf8')));
    return { path, document, apps: document.apps.map(describeApp) };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new Failure(`${path} cannot be used: ${reason}`);
  }
}

function describeApp(app: RunFileDocument['apps'][number]): RunFileApp {
  const name = `${app.appID}, public port ${app.env.PORT}`;
  return {
    appId: app.appID,
    port: Number(app.env.PORT),
    internalPort: app.appPort,
    ports: [
      { port: Number(app.env.PORT), use: `the public port of ${app.appID}` },
      { port: app.appPort, use: `the internal port of ${name}` },
      { port: app.daprHTTPPort, use: `the sidecar of ${name}` },
      { port: app.daprGRPCPort, use: `the sidecar of ${name}` },
      { port: app.daprInternalGRPCPort, use: `the sidecar of ${name}` },
      { port: app.metricsPort, use: `the sidecar of ${name}` },
    ],
  };
}

/** HTTP ports of the sidecars of an application, in the order of the file. */
export const sidecarPortsOf = ({ document }: RunFile, appId: string): number[] =>
  document.apps.filter(({ appID }) => appID === appId).map(({ daprHTTPPort }) => daprHTTPPort);

/** HTTP port of the first sidecar of the bff, through which the other commands look at what it keeps. */
export const sidecarPortOf = (runFile: RunFile): number => sidecarPortsOf(runFile, APP_IDS.bff)[0] ?? 0;

/** What replaces members of the file. */
export interface RunFileChanges {
  /** Members of `common`. */
  common: { placementHostAddress?: string; schedulerHostAddress?: string; logLevel?: string };
  /** Variables of applications that have them already; a run file's would win over those of the caller. */
  env: Record<string, string>;
}

/** Writes the run file with other members to `path`, with paths that hold from there. Without changes, nothing. */
export function writeRunFile(runFile: RunFile, path: string, changes: RunFileChanges): RunFile {
  const { common: members, env: variables } = changes;
  if (Object.keys(members).length === 0 && Object.keys(variables).length === 0) return runFile;
  const base = dirname(runFile.path);
  const { common, apps } = runFile.document;
  const document = {
    ...runFile.document,
    common: {
      ...common,
      resourcesPaths: common.resourcesPaths.map((folder) => resolve(base, folder)),
      configFilePath: resolve(base, common.configFilePath),
      ...members,
    },
    apps: apps.map((app) => ({
      ...app,
      appDirPath: resolve(base, app.appDirPath),
      env: {
        ...app.env,
        ...Object.fromEntries(Object.entries(variables).filter(([name]) => name in app.env)),
      },
    })),
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stringify(document));
  return { ...runFile, path, document };
}

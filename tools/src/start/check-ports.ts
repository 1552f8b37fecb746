import { Failure } from '../failure.ts';
import { isPortFree } from '../net/ports.ts';
import { portUses, type RunFile } from '../stack/run-file.ts';
import type { RunningCopy } from './instance/running.ts';

export function portInUseMessage(port: number, use: string, other: RunningCopy | undefined): string {
  const taken = `Port ${port}, needed for ${use}, is in use`;
  if (other) {
    return (
      `${taken}: another copy of Tocsin is running in ${other.folder} (process ${other.pid}). Stop it with Ctrl-C in its ` +
      `terminal (or \`kill ${other.pid}\`) and try again.`
    );
  }
  const command =
    process.platform === 'linux' ? `ss -ltnp 'sport = :${port}'` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
  return `${taken} by another program. \`${command}\` shows which. Stop it, or set a different port for Tocsin in dapr.yaml, then try again.`;
}

/** @throws Failure for the first of the run file's ports that is in use */
export async function checkPorts(runFile: RunFile, other: RunningCopy | undefined): Promise<void> {
  for (const { port, use } of runFile.apps.flatMap(portUses)) {
    if (!(await isPortFree(port))) throw new Failure(portInUseMessage(port, use, other));
  }
}

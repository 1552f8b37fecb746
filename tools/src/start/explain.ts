import type { LogLine } from './log-line.ts';
import type { Part } from './dapr-run.ts';

/** Remembers the last error of each source, to name the cause when a process ends. */
export class LastErrors {
  readonly #texts = new Map<string, string>();

  note(line: LogLine | undefined): void {
    if (line?.level === 'error') this.#texts.set(line.source, line.text);
  }

  of(source: string): string | undefined {
    return this.#texts.get(source);
  }
}

/** What to say when something of `dapr run` has ended. */
export function explainEnd(part: Part | 'dapr run', errors: LastErrors, redisHost: string): string {
  if (part === 'dapr run') {
    const cause = errors.of('dapr');
    return `\`dapr run\` has ended${cause ? `: ${cause}` : ''}. What it said is above; mend that and start again.`;
  }
  const appId = part.app?.appId ?? 'an application';
  const where = part.app ? `${appId} on port ${part.app.port}` : appId;
  if (part.role === 'application') {
    return `The application ${where} has ended. Its last lines above say why; mend that and start again.`;
  }
  const cause = errors.of(`dapr ${appId}`);
  const component = cause && /component (\S+) error/.exec(cause)?.[1];
  if (component) {
    return (
      `The Dapr component ${component} failed, so the sidecar of ${where} has ended: ${cause}. Check ` +
      `components/${component}.yaml and that Redis at ${redisHost} answers, and start again.`
    );
  }
  return `The sidecar of ${where} has ended${cause ? `: ${cause}` : ''}. Mend that and start again.`;
}

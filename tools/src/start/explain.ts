import type { LogLine } from './log-line.ts';
import type { Part } from './dapr-run.ts';

/** An error is taken for the cause of an end that it precedes by at most this, in ms. */
const CAUSE_MS = 3_000;

/** Remembers the last error of each source, to name the cause when a process ends. */
export class LastErrors {
  readonly #last = new Map<string, { text: string; at: number }>();

  note(line: LogLine | undefined, now = Date.now()): void {
    if (line?.level === 'error') this.#last.set(line.source, { text: line.text, at: now });
  }

  /** The last error of a source, if it is fresh: an older one has healed. */
  of(source: string, now = Date.now()): string | undefined {
    const last = this.#last.get(source);
    return last && now - last.at <= CAUSE_MS ? last.text : undefined;
  }
}

/** What to say when a part ends while the others run. */
export function explainLoss({ role, app }: Part): string {
  const where = app ? `${app.appId} on port ${app.port}` : 'an application';
  const part = role === 'application' ? `The application ${where}` : `The sidecar of ${where}`;
  return `${part} has ended; all others go on. The lines above say why. Ctrl-C and \`npm start\` bring it back.`;
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

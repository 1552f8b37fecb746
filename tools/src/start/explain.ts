import type { LogLine } from './logs/log-line.ts';
import type { Part } from './parts.ts';

/** An exit within this time (ms) after an error is attributed to the error. */
const CAUSE_MS = 3_000;

/** Remembers the last error from each source. If a process exits, its last error is the likely cause. */
export class LastErrors {
  readonly #last = new Map<string, { text: string; at: number }>();

  note(line: LogLine | undefined, now = Date.now()): void {
    if (line?.level === 'error') this.#last.set(line.source, { text: line.text, at: now });
  }

  /** The last error from a source, if recent. Older errors are irrelevant. */
  recentFrom(source: string, now = Date.now()): string | undefined {
    const last = this.#last.get(source);
    return last && now - last.at <= CAUSE_MS ? last.text : undefined;
  }
}

/** The properties of an exited part that are used in messages. */
export type ExitedPart = Pick<Part, 'role' | 'source'> & {
  app: { appId: string; ports: { public: number } };
};

const nameOf = ({ role, app }: ExitedPart): string =>
  `${role === 'application' ? 'The application' : 'The sidecar of'} ${app.appId} on port ${app.ports.public}`;

export const explainExit = (part: ExitedPart): string =>
  `${nameOf(part)} has exited; everything else keeps running. The lines above show why. To restart it, press Ctrl-C and run \`npm start\` again.`;

export function explainFailedStart(part: ExitedPart, errors: LastErrors, redisHost: string): string {
  const name = nameOf(part);
  if (part.role === 'application') {
    return `${name} has exited. Its last lines above show why. Fix the cause, then try again.`;
  }
  const cause = errors.recentFrom(part.source);
  const component = cause && /component (\S+) error/.exec(cause)?.[1];
  if (component) {
    const where = name.replace(/^The/, 'the');
    return (
      `The Dapr component ${component} failed, so ${where} has exited: ${cause}. Check ` +
      `components/${component}.yaml and that Redis at ${redisHost} is running, then try again.`
    );
  }
  return `${name} has exited${cause ? `: ${cause}` : ''}. Fix the cause, then try again.`;
}

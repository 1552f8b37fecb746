export type State = 'ok' | 'warn' | 'fault';

/** A check's result in words. */
export interface Finding {
  /** The check's name, for example `sidecar of bff-2`. Unique within a run. */
  check: string;
  state: State;
  says: string;
  remedy?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says });
export const warn = (check: string, says: string, remedy: string): Finding => ({
  check,
  state: 'warn',
  says,
  remedy,
});
export const fault = (check: string, says: string, remedy: string): Finding => ({
  check,
  state: 'fault',
  says,
  remedy,
});

const SEVERITY: Record<State, number> = { ok: 0, warn: 1, fault: 2 };

/** The worst of the findings. If there is a tie, the first. */
export const worst = (findings: readonly Finding[]): Finding =>
  findings.reduce((most, next) => (SEVERITY[next.state] > SEVERITY[most.state] ? next : most));

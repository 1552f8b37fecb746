import type { Fault } from './rules.ts';

/** The section of docs/operations.md for each kind of fault. */
export const SECTIONS = {
  unreachable: 'tocsininstancedown',
  dependency: 'tocsinsidecardown',
  figures: 'tocsininstancenotpushing',
  vanished: 'tocsininstancedown',
  queue: 'tocsinnotdelivered',
  late: 'tocsindeliveryslow',
  memory: 'tocsinredisnearfull',
  setAside: 'tocsinsetaside',
  fallbacks: 'tocsinfallbacksnotsent',
  versions: 'upgrade-or-downgrade',
} as const satisfies Record<Fault['kind'], string>;

export const SECTION_OF_REDIS = 'tocsininstancenotpushing';

export const sectionFor = (fault: Fault): string =>
  fault.kind === 'dependency' && fault.dependency !== 'sidecar' ? SECTION_OF_REDIS : SECTIONS[fault.kind];

/** Returns the URL for a problem's runbook section, or `undefined` if the deployment has no runbook. */
export const runbookFor = (fault: Fault, runbook: string | undefined): string | undefined =>
  runbook === undefined ? undefined : `${runbook}#${sectionFor(fault)}`;

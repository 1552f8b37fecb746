import { SEVERITIES, type Notification, type Severity } from '@tocsin/contracts';

/**
 * Single-line fields with a hint, in the form's order. All except `feed`, the times and `fallback` are sent as typed.
 * The preview shows the fields in `CONTENT`.
 */
export const CONTENT = ['feed', 'source', 'category', 'icon', 'link'] as const;
export const DELIVERY = ['deliverAt', 'expiresAt', 'collapseKey', 'id', 'fallback'] as const;

type Line = (typeof CONTENT)[number] | (typeof DELIVERY)[number];
const LINES: readonly Line[] = [...CONTENT, ...DELIVERY];

/**
 * The composer's fields. Times are local, as in the browser's time inputs. `fallback` lists durations and channels, for
 * example `PT5M push, PT1H email`.
 */
export interface Draft extends Record<Line, string> {
  title: string;
  body: string;
  severity: Severity;
  actions: { label: string; link: string }[];
}

export const MAX_ACTIONS = 3;

export const isTime = (name: Line): boolean => name === 'deliverAt' || name === 'expiresAt';

export const emptyDraft = (): Draft => ({
  ...{ title: '', body: '', severity: 'info', actions: [] },
  ...(Object.fromEntries(LINES.map((name) => [name, ''])) as Record<Line, string>),
  feed: 'all',
});

/** Returns the body of `POST /notifications`. Omits empty fields and defaults, except the required title. */
export function bodyOf(draft: Draft): Record<string, unknown> {
  const { title, body, severity, actions } = draft;
  const lines = LINES.filter(
    (name) => draft[name].trim() !== '' && !(name === 'feed' && draft.feed === 'all'),
  );
  return {
    title,
    ...(body !== '' && { body }),
    ...(severity !== 'info' && { severity }),
    ...(actions.length > 0 && { actions: actions.map(({ label, link }) => ({ label, link })) }),
    ...Object.fromEntries(lines.map((name) => [name, memberOf(name, draft[name])])),
  };
}

const memberOf = (name: Line, text: string): unknown =>
  name === 'fallback' ? fallbacksOf(text) : isTime(name) ? instantOf(text) : text;

/** Parses fallbacks like `PT5M push, PT1H email`. Leaves missing parts for the server to reject. */
const fallbacksOf = (text: string): object[] =>
  text.split(',').map((part) => {
    const [after, via] = part.trim().split(/\s+/);
    return { after, via };
  });

/** Converts a local time to UTC (RFC 3339). Leaves an invalid time for the server to reject. */
function instantOf(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? local : time.toISOString();
}

/** Returns a preview of the notification. The title defaults to `untitled`. */
export function previewOf(draft: Draft, now: number, untitled: string): Notification {
  const { body, actions } = draft;
  return {
    id: draft.id || 'preview',
    feed: 'all',
    severity: SEVERITIES.includes(draft.severity) ? draft.severity : 'info',
    title: draft.title.trim() === '' ? untitled : draft.title,
    ...(body && { body }),
    ...Object.fromEntries(CONTENT.filter((name) => draft[name] !== '').map((name) => [name, draft[name]])),
    actions: actions.filter(({ label }) => label.trim() !== ''),
    createdAt: new Date(now).toISOString(),
  };
}

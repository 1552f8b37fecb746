import { SEVERITIES, type Notification, type Severity } from '@tocsin/contracts';

/** The composer's fields. Times are local, as in the browser's own fields. */
export interface Draft {
  title: string;
  body: string;
  severity: Severity;
  feed: string;
  link: string;
  actions: { label: string; link: string }[];
  source: string;
  category: string;
  icon: string;
  collapseKey: string;
  deliverAt: string;
  expiresAt: string;
  id: string;
  /** Durations and channels, such as `PT5M push, PT1H email`. */
  fallback: string;
}

export const MAX_ACTIONS = 3;

export const emptyDraft = (): Draft => ({
  ...{ title: '', body: '', severity: 'info', feed: 'all', link: '', actions: [] },
  ...{ source: '', category: '', icon: '', collapseKey: '', deliverAt: '', expiresAt: '', id: '' },
  fallback: '',
});

/** The body of `POST /notifications`. Omits empty fields, except the required title. */
export function bodyOf(draft: Draft): Record<string, unknown> {
  const { title, severity, feed, actions } = draft;
  const body: Record<string, unknown> = { title };
  for (const name of ['body', 'link', 'source', 'category', 'icon', 'collapseKey', 'id'] as const)
    if (draft[name] !== '') body[name] = draft[name];
  if (severity !== 'info') body['severity'] = severity;
  if (feed !== '' && feed !== 'all') body['feed'] = feed;
  if (actions.length > 0) body['actions'] = actions.map(({ label, link }) => ({ label, link }));
  for (const name of ['deliverAt', 'expiresAt'] as const)
    if (draft[name] !== '') body[name] = instantOf(draft[name]);
  if (draft.fallback.trim() !== '') body['fallback'] = fallbacksOf(draft.fallback);
  return body;
}

/** Reads `PT5M push, PT1H email`. Leaves missing parts for the server to reject. */
const fallbacksOf = (text: string): object[] =>
  text.split(',').map((part) => {
    const [after, via] = part.trim().split(/\s+/);
    return { after, via };
  });

/** Converts the reader's local time to an instant. Leaves an invalid time for the server to reject. */
function instantOf(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? local : time.toISOString();
}

/** A preview of the notification, as far as it can be shown. */
export function previewOf(draft: Draft, now: number): Notification {
  const { body, link, source, actions } = draft;
  return {
    id: draft.id || 'preview',
    feed: draft.feed || 'all',
    severity: SEVERITIES.includes(draft.severity) ? draft.severity : 'info',
    title: draft.title.trim() === '' ? 'Title' : draft.title,
    ...(body && { body }),
    ...(link && { link }),
    ...(source && { source }),
    actions: actions.filter(({ label }) => label.trim() !== ''),
    createdAt: new Date(now).toISOString(),
  };
}

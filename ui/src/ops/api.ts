import type {
  Accepted,
  FoundNotification,
  NamedNotification,
  AuditPage,
  EmailPreview,
  EmailPreviewQuery,
  Instances,
  OpsHistory,
  OpsStatus,
  Problem,
  PutBack,
  PutBackResult,
  Receipts,
  ScheduleList,
  SetAside,
  SetAsideList,
  UnsentName,
  UnsentPage,
  UnsentResult,
} from '@tocsin/contracts';
import { useTexts } from './messages/use-texts.ts';

/** A failed call: either an error response, usually with a problem document, or no usable response. */
export class OpsError extends Error {
  override name = 'OpsError';
  /** `undefined` if there was no usable response. */
  readonly status: number | undefined;
  readonly problem: Problem | undefined;

  constructor(message: string, status?: number, problem?: Problem) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/** The bff's API for this page. Each call rejects with an OpsError on failure. */
export interface OpsApi {
  status(): Promise<OpsStatus>;
  instances(): Promise<Instances>;
  /** Metrics of all instances for each minute of the past hour. */
  history(): Promise<OpsHistory>;
  setAsideList(): Promise<SetAsideList>;
  setAsideRecord(entry: string): Promise<SetAside>;
  putBack(entry: string): Promise<void>;
  /** Puts back a batch of records. */
  putBackSome(request: PutBack): Promise<PutBackResult>;
  remove(entry: string): Promise<void>;
  unsent(cursor?: string): Promise<UnsentPage>;
  resend(names: readonly UnsentName[]): Promise<UnsentResult>;
  dismiss(names: readonly UnsentName[]): Promise<UnsentResult>;
  /** A page from the audit trail. An empty filter matches all records. */
  audit(query: { action: string; actor: string; before?: string | undefined }): Promise<AuditPage>;
  find(notification: NamedNotification): Promise<FoundNotification>;
  receipts(notification: NamedNotification): Promise<Receipts>;
  schedules(): Promise<ScheduleList>;
  retract(notification: NamedNotification): Promise<void>;
  emailPreview(query: EmailPreviewQuery): Promise<EmailPreview>;
  /** Resolves to the accepted ids. */
  compose(body: unknown): Promise<string[]>;
}

const TIMEOUT_MS = 10_000;
/** The server processes a batch item by item, so allow more time. */
const BATCH_TIMEOUT_MS = 60_000;
/** Unsent fallbacks per page. */
const UNSENT_LIMIT = 50;

/** Calls `token` before each request. */
export function createOpsApi(token: () => string | undefined): OpsApi {
  async function call(
    method: string,
    path: string,
    { body, timeoutMs = TIMEOUT_MS }: { body?: unknown; timeoutMs?: number } = {},
  ): Promise<unknown> {
    const bearer = token();
    let response: Response;
    let text: string;
    try {
      response = await fetch(path, {
        method,
        cache: 'no-store',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(method === 'POST' && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      console.warn(`${method} ${path} got no response.`, error);
      throw new OpsError(useTexts().page.noAnswer);
    }
    const value = parse(text);
    if (response.ok) return value;
    const problem = isProblem(value) ? value : undefined;
    const detail = problem?.detail ?? useTexts().page.answered(response.status);
    throw new OpsError(detail, response.status, problem);
  }
  const get = async <T extends object>(path: string, ...members: (keyof T & string)[]): Promise<T> =>
    withMembers<T>(await call('GET', path), members);
  const postUnsent = async (action: string, names: readonly UnsentName[]): Promise<UnsentResult> => {
    const options = { body: { fallbacks: names }, timeoutMs: BATCH_TIMEOUT_MS };
    const result = await call('POST', `/app/ops/fallbacks/${action}`, options);
    return withMembers<UnsentResult>(result, ['done', 'failed']);
  };
  const recordPath = (entry: string) => `/app/ops/dead-letters/${encodeURIComponent(entry)}`;
  return {
    status: () => get<OpsStatus>('/app/ops/status', 'failing', 'links'),
    instances: () => get<Instances>('/app/ops/instances', 'at', 'instances'),
    history: () => get<OpsHistory>('/app/ops/history', 'instances'),
    setAsideList: () => get<SetAsideList>('/app/ops/dead-letters', 'total', 'deadLetters'),
    setAsideRecord: (entry) => get<SetAside>(recordPath(entry), 'entry', 'faults'),
    putBack: async (entry) => {
      await call('POST', `${recordPath(entry)}/put-back`, { body: {} });
    },
    putBackSome: async (body) => {
      const options = { body, timeoutMs: BATCH_TIMEOUT_MS };
      const result = await call('POST', '/app/ops/dead-letters/put-back', options);
      return withMembers<PutBackResult>(result, ['putBack', 'failed', 'more']);
    },
    remove: async (entry) => {
      await call('DELETE', recordPath(entry));
    },
    unsent: (cursor) => {
      const query = new URLSearchParams({ limit: String(UNSENT_LIMIT), ...(cursor && { cursor }) });
      return get<UnsentPage>(`/app/ops/fallbacks/unsent?${query.toString()}`, 'fallbacks', 'unreadable');
    },
    resend: (names) => postUnsent('send-again', names),
    dismiss: (names) => postUnsent('dismiss', names),
    audit: (query) => {
      const parameters = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
      return get<AuditPage>(
        `/app/ops/audit?${new URLSearchParams(parameters).toString()}`,
        'records',
        'next',
      );
    },
    find: ({ id, feed }) => {
      const query = new URLSearchParams({ id, feed }).toString();
      return get<FoundNotification>(`/app/ops/find?${query}`, 'found', 'unsearched');
    },
    receipts: ({ id, feed }) => {
      const query = new URLSearchParams({ id, feed }).toString();
      return get<Receipts>(`/app/ops/receipts?${query}`, 'fallbacks');
    },
    emailPreview: (request) => {
      const query = new URLSearchParams(request).toString();
      return get<EmailPreview>(`/app/ops/email-preview?${query}`, 'subject', 'text', 'html', 'overridden');
    },
    schedules: () => get<ScheduleList>('/app/ops/schedules', 'at', 'count', 'isComplete', 'next'),
    retract: async (body) => {
      await call('POST', '/app/ops/retract', { body });
    },
    compose: async (body) => withMembers<Accepted>(await call('POST', '/app/compose', { body }), ['ids']).ids,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The body is empty or a proxy's error page. If a body is required, `withMembers` rejects it.
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isProblem = (value: unknown): value is Problem =>
  isObject(value) && typeof value['code'] === 'string' && typeof value['detail'] === 'string';

/**
 * Returns a response body of our own server. Checks only that the members exist, because a schema library would be
 * larger than the page.
 */
function withMembers<T extends object>(value: unknown, members: readonly (keyof T & string)[]): T {
  if (isObject(value) && members.every((member) => value[member] !== undefined)) return value as T;
  throw new OpsError(useTexts().page.unreadable);
}

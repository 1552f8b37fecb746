import { MAX_PUT_BACK, emailPreviewQuerySchema } from '@tocsin/contracts';
import type {
  AuditPage,
  Fault,
  FoundNotification,
  Receipts,
  InstanceSnapshot,
  Instances,
  ListedAuditRecord,
  ListedSetAside,
  OpsStatus,
  PastInstance,
  Problem,
  ProblemCode,
  PutBack,
  PutBackResult,
  ScheduleList,
  SetAside,
  UnsentFallback,
  UnsentNames,
  UnsentPage,
  UnsentResult,
} from '@tocsin/contracts';
import { auditRecords, opsFigures, opsHistory } from '@tocsin/tools';
import type { Page, Route } from 'playwright-core';
import { sampleOf, type Templates } from '../../../bff/src/away/templates/index.ts';

const setAsideRecord = (members: Partial<SetAside>): ListedSetAside => {
  const record: SetAside = {
    ...{ v: 1, entry: 'entry:Ab3dE9xQ:topic%3Aorders:118', feed: 'topic:orders', reason: 'invalid' },
    ...{ faults: [], content: null, at: '2026-01-05T08:41:07.000Z', ...members },
  };
  return { ...record, contentLength: record.content?.length ?? 0 };
};

/** Responds to the ops page's requests from memory. */
export class FakeOps {
  setAside: ListedSetAside[] = [
    setAsideRecord({
      entry: 'event:0f9d2c51-6b1c-4a54-8c5e-7c22a1f0d9aa',
      feed: '',
      faults: ['title: must have at least 1 character', 'colour: is not a known member'],
      content: '{"title":"","colour":"red"}',
    }),
    setAsideRecord({
      reason: 'expired',
      faults: ['the entry expired before it was taken'],
      content: '{"v":1}',
    }),
    setAsideRecord({ entry: 'entry:Ab3dE9xQ:topic%3Aorders:117', reason: 'missing' }),
  ];
  /** The fallbacks that were not sent, newest first. Fallbacks through `fax` can't be resent. */
  unsent: UnsentFallback[] = [];
  /** Overrides members of every page of unsent fallbacks. */
  unsentMembers: Partial<Pick<UnsentPage, 'unreadable' | 'truncatedAt'>> = {};
  readonly resent: string[] = [];
  /** The records of the audit trail, newest first. */
  audit: ListedAuditRecord[] = auditRecords()
    .map(({ record }, n) => ({ ...record, position: `${n + 1}-0.0` }))
    .toReversed();
  /** Records per page of the trail. */
  auditPageSize = 4;
  isAuditUnreachable = false;
  auditUnreadable = 0;
  /**
   * Who has access. `none`: everyone (no token required). `token`: callers with the token. `role`: no caller (the
   * token lacks the role). `closed`: no caller (the bff has no OPS_TOKEN).
   */
  guard: 'none' | 'token' | 'role' | 'closed' = 'none';
  token = '';
  /** True if no service behind the bff responds. */
  isUnreachable = false;
  /** If set, requests to compose a notification get a 400 with these errors. */
  faults: Fault[] | undefined;
  /** If set, requests to compose a notification get a 503 with this id, as if the producer didn't respond. */
  lostId: string | undefined;
  reads = 0;
  links: OpsStatus['links'] = {};
  failing: OpsStatus['failing'] = [];
  /** Names of instances that are no longer running. */
  killed: string[] = [];
  /** Each instance's history over the past hour. */
  past: PastInstance[] = opsHistory();
  /** Overrides values in every instance's snapshot. */
  change: Partial<InstanceSnapshot> = {};
  /** The response to every search. */
  found: Pick<FoundNotification, 'found' | 'unsearched'> = { found: [], unsearched: [] };
  receipts: Omit<Receipts, 'id' | 'feed'> = { fallbacks: [] };
  /** The e-mail templates, if there are channels. */
  templates: Templates | undefined;
  /** The scheduled notifications. Like the server's list, this still contains retracted notifications. */
  schedules: ScheduleList = { at: '2026-01-05T09:00:00Z', count: 0, isComplete: true, next: [] };
  readonly retracted: unknown[] = [];
  readonly calls: string[] = [];
  readonly composed: unknown[] = [];

  async serve(page: Page): Promise<void> {
    await page.route('**/app/ops/**', (route) => this.#respond(route));
    await page.route('**/app/compose', (route) => this.#respond(route));
  }

  async #respond(route: Route): Promise<void> {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const call = `${request.method()} ${pathname}`;
    this.calls.push(call);
    if (this.guard === 'closed')
      return problem(route, 403, 'ops_closed', 'The operations routes are closed. Set OPS_TOKEN on the bff.');
    const authorization = (await request.allHeaders())['authorization'];
    if (this.guard !== 'none' && authorization !== `Bearer ${this.token}`)
      return problem(route, 401, 'unauthorized', 'A token is needed.');
    if (this.guard === 'role')
      return problem(route, 403, 'forbidden', 'The token does not have the ops role.');
    if (call === 'GET /app/ops/status') return route.fulfill({ json: this.#status() });
    if (this.isUnreachable)
      return problem(route, 503, 'unavailable', 'The state store cannot be read right now. Try again.');
    if (call === 'GET /app/ops/instances') return route.fulfill({ json: this.#figures() });
    if (call === 'GET /app/ops/history')
      return route.fulfill({ json: { at: this.#at, instances: this.past } });
    if (call === 'GET /app/ops/find') {
      const { id, feed } = Object.fromEntries(new URL(request.url()).searchParams);
      return route.fulfill({ json: { id, feed, ...this.found } });
    }
    if (call === 'GET /app/ops/receipts') {
      const { id, feed } = Object.fromEntries(new URL(request.url()).searchParams);
      return route.fulfill({ json: { id, feed, ...this.receipts } });
    }
    if (call === 'GET /app/ops/email-preview') {
      const query = emailPreviewQuerySchema.parse(Object.fromEntries(new URL(request.url()).searchParams));
      if (!this.templates)
        return problem(route, 404, 'not_found', 'This deployment sends no e-mails. Set up channels first.');
      const { overridden } = this.templates;
      const preview = { ...this.templates.render(sampleOf(query)), overridden: [...overridden] };
      return route.fulfill({ json: preview });
    }
    if (call === 'GET /app/ops/schedules') return route.fulfill({ json: this.schedules });
    if (call === 'POST /app/ops/retract') {
      this.retracted.push(request.postDataJSON());
      return route.fulfill({ status: 202, json: { ids: ['n-1'] } });
    }
    if (call === 'POST /app/ops/dead-letters/put-back')
      return route.fulfill({ json: this.#putBackSome(request.postDataJSON() as PutBack) });
    if (call === 'GET /app/ops/dead-letters')
      return route.fulfill({
        json: {
          total: this.setAside.length,
          oldestAt: this.setAside.at(-1)?.at ?? null,
          deadLetters: this.setAside.slice(0, 50),
        },
      });
    if (call === 'GET /app/ops/fallbacks/unsent')
      return route.fulfill({ json: this.#unsentPage(new URL(request.url()).searchParams) });
    if (pathname.startsWith('/app/ops/fallbacks/'))
      return route.fulfill({
        json: this.#resendOrDismiss(pathname, request.postDataJSON() as UnsentNames),
      });
    if (call === 'GET /app/ops/audit') return this.#auditPage(route, new URL(request.url()).searchParams);
    if (call === 'POST /app/compose') return this.#compose(route, request.postDataJSON());
    const entry = decodeURIComponent(pathname.split('/')[4] ?? '');
    const found = this.setAside.find((record) => record.entry === entry);
    if (!found) return problem(route, 404, 'not_found', `There is no set-aside record named ${entry}.`);
    if (pathname.endsWith('/put-back') && found.content === null)
      return problem(
        route,
        409,
        'conflict',
        `${entry} cannot be put back because the record has no usable content.`,
      );
    this.setAside = this.setAside.filter((record) => record !== found);
    return route.fulfill({ status: 204 });
  }

  get #at(): string {
    return opsFigures(this.reads).at;
  }

  #status(): OpsStatus {
    const { failing, links } = this;
    return { at: this.#at, instance: 'bff-1:4001', version: '0.2.0', failing, links };
  }

  #figures(): Instances {
    const { at, instances } = opsFigures(this.reads++);
    const running = instances.filter(({ instance }) => !this.killed.includes(instance));
    return { at, instances: running.map((snapshot) => ({ ...snapshot, ...this.change })) };
  }

  #putBackSome({ skip }: PutBack): PutBackResult {
    const due = this.setAside.toReversed().slice(skip);
    const batch = due.slice(0, MAX_PUT_BACK);
    const failed = batch.filter(({ content }) => content === null);
    this.setAside = this.setAside.filter((record) => !batch.includes(record) || failed.includes(record));
    return {
      putBack: batch.length - failed.length,
      failed: failed.map(({ entry }) => ({ entry, detail: `${entry} cannot be put back.` })),
      more: due.length > MAX_PUT_BACK,
    };
  }

  /** The cursor is the id of the last fallback on the previous page. */
  #unsentPage(query: URLSearchParams): UnsentPage {
    const after = this.unsent.findIndex(({ id }) => id === query.get('cursor')) + 1;
    const fallbacks = this.unsent.slice(after, after + Number(query.get('limit')));
    const isLast = after + fallbacks.length >= this.unsent.length;
    const next = isLast ? null : (fallbacks.at(-1)?.id ?? null);
    return { fallbacks, next, unreadable: 0, truncatedAt: null, ...this.unsentMembers };
  }

  #resendOrDismiss(pathname: string, { fallbacks }: UnsentNames): UnsentResult {
    const isResend = pathname.endsWith('/send-again');
    const failed = fallbacks.filter(({ via }) => isResend && via === 'fax');
    const done = fallbacks.filter((name) => !failed.includes(name)).map(({ id }) => id);
    if (isResend) this.resent.push(...done);
    this.unsent = this.unsent.filter(({ id }) => !done.includes(id));
    return {
      done: done.length,
      failed: failed.map((name) => ({ ...name, code: 'no_channel', detail: 'There is no fax channel.' })),
    };
  }

  async #auditPage(route: Route, query: URLSearchParams): Promise<void> {
    if (this.isAuditUnreachable)
      return problem(route, 503, 'unavailable', 'The audit trail cannot be read right now. Try again.');
    const before = query.get('before');
    const remaining =
      before === null
        ? this.audit
        : this.audit.slice(this.audit.findIndex((record) => record.position === before) + 1);
    const searched = remaining.slice(0, this.auditPageSize);
    const [action, actor] = [query.get('action'), query.get('actor')];
    const page: AuditPage = {
      records: searched.filter(
        (record) =>
          (!action || record.action === action) && (!actor || record.actor.name?.includes(actor) === true),
      ),
      unreadable: this.auditUnreadable,
      next: remaining.length > searched.length ? (searched.at(-1)?.position ?? null) : null,
    };
    return route.fulfill({ json: page });
  }

  async #compose(route: Route, body: unknown): Promise<void> {
    this.composed.push(body);
    if (this.faults) {
      return problem(route, 400, 'invalid_notification', 'No notification was accepted.', {
        errors: this.faults,
      });
    }
    if (this.lostId !== undefined)
      return problem(route, 503, 'unavailable', 'The producer did not respond.', { ids: [this.lostId] });
    return route.fulfill({ status: 202, json: { ids: ['n-1'] } });
  }
}

function problem(
  route: Route,
  status: number,
  code: ProblemCode,
  detail: string,
  more: Pick<Problem, 'errors' | 'ids'> = {},
): Promise<void> {
  const body: Problem = { type: 'about:blank', title: 'No', status, code, detail, ...more };
  return route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify(body) });
}

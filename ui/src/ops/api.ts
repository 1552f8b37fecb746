import {
  acceptedSchema,
  auditPageSchema,
  setAsideListSchema,
  instancesSchema,
  problemSchema,
  setAsideSchema,
  type AuditPage,
  type SetAsideList,
  type Instances,
  type Problem,
  type SetAside,
} from '@tocsin/contracts';

/** A failed call: an error answer with its problem, or no answer. */
export class OpsError extends Error {
  override name = 'OpsError';
  readonly status: number | undefined;
  readonly problem: Problem | undefined;

  constructor(message: string, status?: number, problem?: Problem) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

/** The bff's calls for this page. Each rejects with an OpsError on failure. */
export interface OpsApi {
  instances(): Promise<Instances>;
  deadLetters(): Promise<SetAsideList>;
  deadLetter(entry: string): Promise<SetAside>;
  putBack(entry: string): Promise<void>;
  remove(entry: string): Promise<void>;
  /** A page of the audit trail. An empty filter matches everything. */
  audit(query: { action: string; actor: string; before?: string | undefined }): Promise<AuditPage>;
  /** Resolves with the accepted ids. */
  compose(body: unknown): Promise<string[]>;
}

const TIMEOUT_MS = 10_000;

/** Calls `token` before each request. */
export function createOpsApi(token: () => string | undefined): OpsApi {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const bearer = token();
    let response: Response;
    let text: string;
    try {
      response = await fetch(path, {
        method,
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(method === 'POST' && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      console.warn(`${method} ${path} got no answer.`, error);
      throw new OpsError("The server doesn't answer.");
    }
    const value = parse(text);
    if (response.ok) return value;
    const problem = problemSchema.safeParse(value);
    const said = problem.success ? problem.data : undefined;
    throw new OpsError(said?.detail ?? `The server answered ${response.status}.`, response.status, said);
  }
  const letter = (entry: string) => `/app/ops/dead-letters/${encodeURIComponent(entry)}`;
  return {
    instances: async () => instancesSchema.parse(await call('GET', '/app/ops/instances')),
    deadLetters: async () => setAsideListSchema.parse(await call('GET', '/app/ops/dead-letters')),
    deadLetter: async (entry) => setAsideSchema.parse(await call('GET', letter(entry))),
    putBack: async (entry) => {
      await call('POST', `${letter(entry)}/put-back`, {});
    },
    remove: async (entry) => {
      await call('DELETE', letter(entry));
    },
    audit: async (query) => {
      const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
      const path = `/app/ops/audit?${new URLSearchParams(given).toString()}`;
      return auditPageSchema.parse(await call('GET', path));
    },
    compose: async (body) => acceptedSchema.parse(await call('POST', '/app/compose', body)).ids,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, or no body. The schema of the answer decides whether that is valid.
    return undefined;
  }
}

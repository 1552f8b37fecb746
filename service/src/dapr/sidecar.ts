import { EventEmitter } from 'node:events';
import { parseJson } from '@tocsin/contracts';
import { Pool } from 'undici';
import { currentTraceparent } from '../observe/trace.ts';
import { bulkSchema, errorOf, jobSchema, metadataSchema, refusal, secretSchema } from './sidecar-answers.ts';
import { SidecarError } from './sidecar-error.ts';
import { toDaprOperation, type StateOperation, type StoredState } from './state.ts';
import type { ActiveSubscription } from './subscription-paths.ts';

export interface SidecarOptions {
  /** Default: 127.0.0.1. */
  host?: string | undefined;
  httpPort: number;
  /** Sent as the `dapr-api-token` header. */
  token?: string | undefined;
  /** Time limit per call (ms). */
  timeoutMs: number;
  /** Maximum number of connections, and therefore of simultaneous calls. Default: 64. */
  connections?: number;
}

export interface BindingRequest {
  /** `create`, `get`, or another operation of the binding. */
  operation: string;
  metadata: Readonly<Record<string, string>>;
  data?: unknown;
}

export interface CallOptions {
  headers?: Record<string, string>;
  /** Default: the `timeoutMs` of `SidecarOptions`. */
  timeoutMs?: number;
}

interface SidecarResponse {
  status: number;
  text: string;
  etag: string | undefined;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** HTTP status for a job that already exists. */
const ALREADY_EXISTS = 409;
/** Error code for a missing job, but also for an unavailable scheduler. The message tells them apart. */
const NO_JOB = 'DAPR_SCHEDULER_GET_JOB';

/**
 * Calls the parts of the sidecar's HTTP API that Tocsin uses, over keep-alive connections. Every method resolves or
 * rejects within the timeout. All except `invoke` reject with a SidecarError unless the status is 2xx. A rejected call
 * may still have taken effect. docs/decisions/own-client-of-the-sidecar.md compares this class with the Dapr SDK.
 * https://docs.dapr.io/reference/api/
 */
export class Sidecar {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;

  constructor({ host = '127.0.0.1', httpPort, token, timeoutMs, connections = 64 }: SidecarOptions) {
    this.#timeoutMs = timeoutMs;
    this.#pool = new Pool(`http://${host}:${httpPort}`, {
      connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: { timeout: timeoutMs },
    });
    this.#headers = token ? { 'dapr-api-token': token } : {};
  }

  /** Invokes an output binding. Resolves with the response body, or `undefined` if it's empty. */
  async invokeBinding(
    name: string,
    request: BindingRequest,
    options?: Pick<CallOptions, 'timeoutMs'>,
  ): Promise<string | undefined> {
    const { text } = await this.#call('POST', `/v1.0/bindings/${name}`, request, options);
    return text === '' ? undefined : text;
  }

  /**
   * Publishes `data` as a CloudEvent, or unchanged if `raw` is set. Set `isEvent` if `data` is already a CloudEvent.
   * Resolves when the broker has accepted the message.
   */
  async publish(
    pubsub: string,
    topic: string,
    data: unknown,
    { raw = false, isEvent = false } = {},
  ): Promise<void> {
    await this.#call(
      'POST',
      `/v1.0/publish/${pubsub}/${topic}${raw ? '?metadata.rawPayload=true' : ''}`,
      data,
      isEvent ? { headers: { 'content-type': 'application/cloudevents+json' } } : undefined,
    );
  }

  /**
   * Calls `POST <method>` on another application through the sidecar. `body` is JSON. Resolves with the application's
   * response, including error responses. Rejects if the application was not reached.
   */
  async invoke(
    appId: string,
    method: string,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    const path = `/v1.0/invoke/${appId}/method/${method}`;
    const { status, text } = await this.#sendText('POST', path, body, { headers });
    if (status >= 300 && errorOf(text).errorCode !== undefined) throw refusal(`POST ${path}`, status, text);
    return { status, text };
  }

  /**
   * Calls an actor's method, on the instance that hosts the actor. May have to wait for other calls to the actor.
   * `body` is JSON. Resolves with `undefined` if the response isn't JSON, because the host could be any application.
   */
  async callActor(
    type: string,
    id: string,
    method: string,
    body: string,
    options: CallOptions = {},
  ): Promise<unknown> {
    const path = `/v1.0/actors/${type}/${encodeURIComponent(id)}/method/${method}`;
    const { status, text } = await this.#sendText('PUT', path, body, options);
    if (status >= 300) throw refusal(`PUT ${path}`, status, text);
    return parseJson(text);
  }

  /** Returns the value and etag, or `undefined` if the key is missing. */
  async getState(store: string, key: string): Promise<StoredState | undefined> {
    const { text, etag } = await this.#call('GET', `/v1.0/state/${store}/${encodeURIComponent(key)}`);
    return text === '' ? undefined : { value: JSON.parse(text) as unknown, etag: etag ?? '' };
  }

  /**
   * Returns the values in the order of the keys, or `undefined` for missing keys. Rejects if a key could not be read.
   */
  async getStates(store: string, keys: readonly string[]): Promise<unknown[]> {
    return (await this.getStatesSettled(store, keys)).map((state) => {
      if (state instanceof SidecarError) throw state;
      return state?.value;
    });
  }

  /**
   * Reads multiple keys in one call. The result contains an item per key: the value and etag, `undefined` if the key is
   * missing, or an error. The sidecar returns 200 even if it could not read some keys. Don't mistake unreadable keys
   * for missing keys.
   */
  async getStatesSettled(
    store: string,
    keys: readonly string[],
  ): Promise<(StoredState | SidecarError | undefined)[]> {
    const path = `/v1.0/state/${store}/bulk`;
    const { text } = await this.#call('POST', path, { keys, parallelism: 10 });
    const items = new Map(bulkSchema.parse(JSON.parse(text)).map((item) => [item.key, item]));
    const readError = (message: string) => new SidecarError(message, { code: 'ERR_STATE_GET' });
    return keys.map((key) => {
      const item = items.get(key);
      if (!item) return readError(`The sidecar's response to POST ${path} doesn't contain ${key}`);
      if (item.error) return readError(`The sidecar could not read ${key} for POST ${path}: ${item.error}`);
      const value = item.data ?? undefined;
      return value === undefined ? undefined : { value, etag: item.etag ?? '' };
    });
  }

  /**
   * Writes multiple keys. After a crash, either all or none are written; on a Redis Cluster, this holds only for keys
   * in the same slot. If an etag is stale, rejects without writing that key, but other keys may have been written.
   */
  async transact(store: string, operations: readonly StateOperation[]): Promise<void> {
    await this.#call('POST', `/v1.0/state/${store}/transaction`, {
      operations: operations.map(toDaprOperation),
    });
  }

  /**
   * Stores `data` as a job. Dapr delivers it to the application at `at` (ms since 1970), and retries every second until
   * the application accepts it. An existing job's data stays unchanged.
   */
  async scheduleJob(name: string, at: number, data: unknown): Promise<void> {
    const job = {
      dueTime: new Date(at).toISOString(),
      failurePolicy: { constant: { interval: '1s' } },
      data,
    };
    try {
      await this.#call('POST', `/v1.0/jobs/${encodeURIComponent(name)}`, job);
    } catch (error) {
      if (!(error instanceof SidecarError && error.status === ALREADY_EXISTS)) throw error;
    }
  }

  /** Returns a job's data, or `undefined` if the job doesn't exist. A job still exists while being delivered. */
  async findJob(name: string): Promise<unknown> {
    try {
      const { text } = await this.#call('GET', `/v1.0/jobs/${encodeURIComponent(name)}`);
      return jobSchema.parse(JSON.parse(text)).data?.value;
    } catch (error) {
      const isAbsent = error instanceof SidecarError && error.code === NO_JOB;
      if (isAbsent && error.message.includes('code = NotFound')) return undefined;
      throw error;
    }
  }

  /** Ensures that no job with that name exists. */
  async deleteJob(name: string): Promise<void> {
    await this.#call('DELETE', `/v1.0/jobs/${encodeURIComponent(name)}`);
  }

  /**
   * Returns a secret, or `undefined` if it is missing or empty. If a secret has multiple values, picks the one named
   * after the secret.
   */
  async getSecret(store: string, name: string): Promise<string | undefined> {
    const { text } = await this.#call('GET', `/v1.0/secrets/${store}/${encodeURIComponent(name)}`);
    const values = text === '' ? {} : secretSchema.parse(JSON.parse(text));
    const all = Object.values(values);
    return values[name] || (all.length === 1 ? all[0] : undefined) || undefined;
  }

  /** Returns the names of the loaded components. Rejects if the sidecar isn't healthy. */
  async components(): Promise<string[]> {
    await this.#call('GET', '/v1.0/healthz/outbound');
    const { text } = await this.#call('GET', '/v1.0/metadata');
    return (metadataSchema.parse(JSON.parse(text)).components ?? []).map(({ name }) => name);
  }

  /** Returns the sidecar's active subscriptions and the paths that they deliver to. */
  async subscriptions(): Promise<ActiveSubscription[]> {
    const { text } = await this.#call('GET', '/v1.0/metadata');
    const { subscriptions = [] } = metadataSchema.parse(JSON.parse(text));
    return subscriptions.flatMap(({ pubsubname, topic, rules = [] }) =>
      rules.flatMap(({ path }) => (path === undefined ? [] : [{ pubsubname, topic, path }])),
    );
  }

  /** Closes the connections once all pending calls have finished. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Like `#send`, but rejects unless the status is 2xx. */
  async #call(method: Method, path: string, body?: unknown, options?: CallOptions) {
    const response = await this.#send(method, path, body, options);
    if (response.status >= 300) throw refusal(`${method} ${path}`, response.status, response.text);
    return response;
  }

  #send(method: Method, path: string, body?: unknown, options?: CallOptions) {
    return this.#sendText(method, path, body === undefined ? null : JSON.stringify(body), options);
  }

  async #sendText(
    method: Method,
    path: string,
    body: string | null,
    { headers = {}, timeoutMs = this.#timeoutMs }: CallOptions = {},
  ) {
    const traceparent = currentTraceparent();
    const allHeaders = {
      ...this.#headers,
      ...(body !== null && { 'content-type': 'application/json' }),
      ...headers,
      ...(traceparent && { traceparent }),
    };
    // undici also accepts an EventEmitter as the signal. An AbortController for each call would cost a fifth more CPU
    // time.
    const signal = new EventEmitter();
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<SidecarResponse>((resolve, reject) => {
        timer = setTimeout(() => {
          // If the request is still waiting for a connection, undici only marks it as not to be sent. Its promise would
          // stay pending until a connection is free.
          signal.emit('abort');
          reject(new Error(`no response within ${timeoutMs} ms`));
        }, timeoutMs);
        this.#exchange({ method, path, headers: allHeaders, body, signal }).then(resolve, reject);
      });
    } catch (error) {
      throw new SidecarError(`The sidecar did not respond to ${method} ${path}: ${describe(error)}`, {
        code: 'ERR_SIDECAR_UNREACHABLE',
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async #exchange(request: Parameters<Pool['request']>[0]): Promise<SidecarResponse> {
    const { statusCode: status, headers, body } = await this.#pool.request(request);
    const text = await body.text();
    return { status, text, etag: typeof headers.etag === 'string' ? headers.etag : undefined };
  }
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

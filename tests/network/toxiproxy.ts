const PROXY = 'redis';

/** A connection fault. See https://github.com/Shopify/toxiproxy#toxics. */
export interface Toxic {
  type: 'latency' | 'bandwidth' | 'timeout' | 'reset_peer';
  /** `upstream` affects requests to Redis. `downstream` affects replies. */
  stream: 'upstream' | 'downstream';
  attributes: Record<string, number>;
  /** Share of connections to affect (0 to 1). Default: all. */
  toxicity?: number;
}

/** Controls Toxiproxy's only proxy over the HTTP API. */
export class Toxiproxy {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async forward(port: number, upstream: string): Promise<void> {
    await this.#call('POST', '/proxies', { name: PROXY, listen: `0.0.0.0:${port}`, upstream, enabled: true });
  }

  /** Applies `toxics` to all existing and new connections. */
  async addToxics(toxics: readonly Toxic[]): Promise<void> {
    for (const toxic of toxics) await this.#call('POST', `/proxies/${PROXY}/toxics`, toxic);
  }

  /** Closes all connections, and rejects new connections. */
  async disable(): Promise<void> {
    await this.#call('POST', `/proxies/${PROXY}`, { enabled: false });
  }

  /** Accepts connections and forwards all data unchanged. */
  async reset(): Promise<void> {
    await this.#call('POST', '/reset');
  }

  async #call(method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(this.#url + path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Toxiproxy returned ${response.status} for ${method} ${path}: ${text}`);
  }
}

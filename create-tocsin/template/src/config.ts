/** Settings of this service, all from the environment. */
export interface Config {
  port: number;
  /** Where notifications go: the sidecar that `dapr run` starts, or else the producer itself. */
  producerUrl: string;
  /** A publisher's key, with API_KEYS=on. */
  apiKey: string | undefined;
  /** The bff, as browsers reach it. */
  bffUrl: string;
}

const sidecar = (port: string) => `http://localhost:${port}/v1.0/invoke/producer/method`;

export function readConfig(env = process.env): Config {
  const { DAPR_HTTP_PORT } = env;
  return {
    port: Number(env['PORT'] || 3000),
    producerUrl: DAPR_HTTP_PORT
      ? sidecar(DAPR_HTTP_PORT)
      : env['TOCSIN_PRODUCER_URL'] || 'http://localhost:4000',
    apiKey: env['TOCSIN_API_KEY'] || undefined,
    bffUrl: env['TOCSIN_BFF_URL'] || 'http://localhost:4001',
  };
}

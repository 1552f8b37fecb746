/** This service's settings from the environment. */
export interface Config {
  port: number;
  /** The URL to publish to: the sidecar's if `dapr run` started this service, otherwise the producer's. */
  producerUrl: string;
  /** A publisher's API key. Required if the producer runs with API_KEYS=on. */
  apiKey: string | undefined;
  /** The bff's URL for browsers. */
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

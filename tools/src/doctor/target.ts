import type { RedisParts, RedisTarget } from '@tocsin/service/redis';

/** The address of an application or a sidecar, and the name to use in findings. */
export interface Endpoint {
  name: string;
  url: string;
}

export interface Target {
  /** The canary is published through the first producer. */
  producers: Endpoint[];
  bffs: Endpoint[];
  /** `name` is the application's name, if known before the sidecar responds. */
  sidecars: { url: string; name?: string | undefined }[];
  /** The broadcaster's Redis. */
  redis: RedisTarget;
  /** True for a Redis outside the cluster, which this machine may be unable to reach. */
  isRedisExternal?: boolean;
  /** The Redis for each part of the data. If omitted, all parts are in `redis`. */
  redisParts?: RedisParts;
  daprApiToken: string | undefined;
  /** A reader's token, which bffs require with AUTH_MODE=jwt. */
  token: string | undefined;
  /** A publisher's key, which producers require with API_KEYS=on. */
  apiKey: string | undefined;
}

export const bffName = (index: number): string => `bff-${index + 1}`;
export const producerName = (index: number): string => (index === 0 ? 'producer' : `producer-${index + 1}`);

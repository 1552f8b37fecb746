// Uses undici because Node 20's fetch doesn't support proxies.
import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import type { ProxyConfig } from '../../../config.ts';

/** Connection timeout in ms. Short because the fallback, a build with Go, starts only after this timeout. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Timeout (ms) for receiving more data. A slow download can continue for as long as data arrives. */
const SILENCE_MS = 30_000;

/** The dispatcher for downloads. Uses the proxy from the environment. Destroy it after use. */
export const downloadAgent = (proxy: ProxyConfig, silenceMs = SILENCE_MS): Dispatcher =>
  new EnvHttpProxyAgent({
    ...proxy,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });

// Uses undici because Node 20's fetch doesn't support proxies.
import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import type { ProxyConfig } from '../../../config.ts';

/** Connection timeout in ms. An unreachable host must not delay a build with Go for long. */
const CONNECT_MS = 10_000;
/** How long to wait for more data, in ms. A slow download continues as long as data arrives. */
const SILENCE_MS = 30_000;

/** Connections for downloads, through the proxy from the environment. Close it after use. */
export const downloadAgent = (proxy: ProxyConfig, silenceMs = SILENCE_MS): Dispatcher =>
  new EnvHttpProxyAgent({
    ...proxy,
    connect: { timeout: CONNECT_MS },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });

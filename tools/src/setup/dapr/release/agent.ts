// undici, because Node 20's own fetch knows no proxy.
import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import type { ProxyConfig } from '../../../config.ts';

/** In ms: an unreachable host must not delay the build with Go for long. */
const CONNECT_MS = 10_000;
/** In ms without a single byte. A slow download that moves goes on. */
const SILENCE_MS = 30_000;

/** Connections for downloads, through the proxy that the environment names. Close it after use. */
export const downloadAgent = (proxy: ProxyConfig, silenceMs = SILENCE_MS): Dispatcher =>
  new EnvHttpProxyAgent({
    ...proxy,
    connect: { timeout: CONNECT_MS },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });

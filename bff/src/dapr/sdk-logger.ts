import type { Logger } from '@tocsin/service';

/** Forwards the SDK's log messages to our log. Downgrades info messages to debug level. */
export function sdkLogger(log: Logger) {
  const text = (message: unknown, more: unknown[]) => [message, ...more].map(String).join(' ');
  return {
    error: (message: unknown, ...more: unknown[]) => log.error(text(message, more)),
    warn: (message: unknown, ...more: unknown[]) => log.warn(text(message, more)),
    info: (message: unknown, ...more: unknown[]) => log.debug(text(message, more)),
    verbose: (message: unknown, ...more: unknown[]) => log.debug(text(message, more)),
    debug: (message: unknown, ...more: unknown[]) => log.trace(text(message, more)),
  };
}

import { pino, type Logger } from 'pino';
import { currentTraceId } from './trace.ts';

export type { Logger } from 'pino';

/** Creates a logger that writes JSON lines to standard output. Lines written within a trace contain its `traceId`. */
export const createLogger = (name: string, level: string): Logger =>
  pino({
    name,
    level,
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const traceId = currentTraceId();
      return traceId ? { traceId } : {};
    },
  });

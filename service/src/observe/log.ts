import { pino, type DestinationStream, type Logger } from 'pino';
import { currentTraceId } from './trace.ts';

export type { Logger } from 'pino';

/** Maximum number of bytes to buffer while log writes fail, for example on a full disk. Later lines are lost. */
const MAX_UNWRITTEN = 16 * 1024 * 1024;

/**
 * Creates the stream for standard output. Without an error listener, any error except a closed pipe would end the
 * process.
 */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: process.stdout.fd || 1, sync: false, maxLength: MAX_UNWRITTEN });
  const flushSync = stream.flushSync.bind(stream);
  const skipFlush = (): void => undefined;
  return stream.on('error', () => {
    if (stream.flushSync === skipFlush) return;
    // While writes fail, the original `flushSync` would retry forever and keep the process from exiting.
    stream.flushSync = skipFlush;
    stream.once('write', () => {
      stream.flushSync = flushSync;
    });
  });
}

/** Creates a logger that writes JSON lines to standard output. Lines written within a trace include the `traceId`. */
export const createLogger = (name: string, level: string): Logger =>
  pino(
    {
      name,
      level,
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const traceId = currentTraceId();
        return traceId ? { traceId } : {};
      },
    },
    standardOutput(),
  );

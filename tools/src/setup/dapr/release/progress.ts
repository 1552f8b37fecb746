import type { Say } from '../../say.ts';

const EVERY_MS = 3_000;
const megabytes = (bytes: number): string => String(Math.round(bytes / 1_000_000));

/** Reports the combined progress and speed of multiple downloads every few seconds. */
export function reportDownload(
  what: string,
  files: number,
  say: Say,
  everyMs = EVERY_MS,
): { onBytes: (file: string, received: number, size: number | undefined) => void; stop: () => void } {
  const begin = Date.now();
  const seen = new Map<string, { first: number; received: number; size: number | undefined }>();
  const timer = setInterval(() => {
    const all = [...seen.values()];
    const received = all.reduce((sum, file) => sum + file.received, 0);
    const fresh = all.reduce((sum, file) => sum + file.received - file.first, 0);
    const isKnown = all.length === files && all.every(({ size }) => size !== undefined);
    const whole = isKnown ? ` of ${megabytes(all.reduce((sum, { size = 0 }) => sum + size, 0))}` : '';
    const speed = (fresh / 1_000_000 / ((Date.now() - begin) / 1_000)).toFixed(1);
    say(`Downloading ${what}: ${megabytes(received)}${whole} MB, ${speed} MB/s.`);
  }, everyMs);
  return {
    onBytes: (file, received, size) => {
      const first = seen.get(file)?.first ?? received;
      seen.set(file, { first, received, size });
    },
    stop: () => clearInterval(timer),
  };
}

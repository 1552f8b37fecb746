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
  const progress = new Map<string, { first: number; received: number; size: number | undefined }>();
  const timer = setInterval(() => {
    const all = [...progress.values()];
    const received = all.reduce((sum, file) => sum + file.received, 0);
    const newBytes = all.reduce((sum, file) => sum + file.received - file.first, 0);
    const isKnown = all.length === files && all.every(({ size }) => size !== undefined);
    const total = isKnown ? ` of ${megabytes(all.reduce((sum, { size = 0 }) => sum + size, 0))}` : '';
    const speed = (newBytes / 1_000_000 / ((Date.now() - begin) / 1_000)).toFixed(1);
    say(`Downloading ${what}: ${megabytes(received)}${total} MB, ${speed} MB/s.`);
  }, everyMs);
  return {
    onBytes: (file, received, size) => {
      const first = progress.get(file)?.first ?? received;
      progress.set(file, { first, received, size });
    },
    stop: () => clearInterval(timer),
  };
}

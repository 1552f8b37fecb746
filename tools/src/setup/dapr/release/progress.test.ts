import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { reportDownload } from './progress.ts';

const MB = 1_000_000;
let lines: string[];
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
});
afterEach(() => void vi.useRealTimers());

const report = () => reportDownload('Dapr 1.18.1', 2, (line) => lines.push(line), 1_000);

it('should report the download speed and the total for all files', () => {
  const { onBytes, stop } = report();
  onBytes('daprd', 0, 60 * MB);
  onBytes('placement', 0, 40 * MB);
  onBytes('daprd', 20 * MB, 60 * MB);
  onBytes('placement', 4 * MB, 40 * MB);
  vi.advanceTimersByTime(2_000);
  stop();
  vi.advanceTimersByTime(5_000);
  expect(lines).toEqual([
    'Downloading Dapr 1.18.1: 24 of 100 MB, 24.0 MB/s.',
    'Downloading Dapr 1.18.1: 24 of 100 MB, 12.0 MB/s.',
  ]);
});

it('should not report a total until all file sizes are known', () => {
  const { onBytes, stop } = report();
  onBytes('daprd', 5 * MB, 60 * MB);
  vi.advanceTimersByTime(1_000);
  onBytes('placement', 1 * MB, undefined);
  vi.advanceTimersByTime(1_000);
  stop();
  for (const line of lines) expect(line).not.toContain(' of ');
  expect(lines).toHaveLength(2);
});

it('should not count data from an earlier run toward the speed', () => {
  const { onBytes, stop } = report();
  onBytes('daprd', 50 * MB, 60 * MB);
  onBytes('placement', 0, 40 * MB);
  onBytes('daprd', 53 * MB, 60 * MB);
  vi.advanceTimersByTime(1_000);
  stop();
  expect(lines).toEqual(['Downloading Dapr 1.18.1: 53 of 100 MB, 3.0 MB/s.']);
});

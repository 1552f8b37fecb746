import { existsSync, readFileSync } from 'node:fs';

/** A file's last `lines` non-empty lines. Empty if the file doesn't exist. */
export function tailOf(file: string, lines: number): string {
  if (!existsSync(file)) return '';
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .join('\n');
}

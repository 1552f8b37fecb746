import { readFileSync } from 'node:fs';
import type { ManagedProcess } from '@tocsin/tools';
import { z } from 'zod';

const lineSchema = z.looseObject({ level: z.string() });

/** Returns an application's log lines of level `error` or `fatal`, and Node's own lines, which aren't JSON. */
export function errorsOf(app: ManagedProcess): string[] {
  const lines = readFileSync(app.spec.logFile, 'utf8').split('\n').filter(Boolean);
  return lines.filter((line) => {
    const level = levelOf(line);
    return level === undefined || level === 'error' || level === 'fatal';
  });
}

function levelOf(line: string): string | undefined {
  try {
    return lineSchema.parse(JSON.parse(line)).level;
  } catch {
    return undefined;
  }
}

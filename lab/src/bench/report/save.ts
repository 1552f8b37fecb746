import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@tocsin/tools/paths';
import { format, resolveConfig } from 'prettier';
import { drawChart } from './chart.ts';
import { withFigures } from './page.ts';
import type { Result } from './result.ts';

const RESULTS = join(ROOT, 'bench', 'results');
const PAGE = join(ROOT, 'docs', 'performance.md');
const CHART = join(ROOT, 'docs', 'images', 'performance.svg');

const fileOf = (persistence: boolean): string =>
  join(RESULTS, persistence ? 'persistence-on.json' : 'persistence-off.json');

const formatted = async (file: string, content: string, parser: 'json' | 'markdown'): Promise<string> =>
  format(content, { ...(await resolveConfig(file)), parser });

/**
 * Stores a complete run in `bench/results`, and generates page and chart from all stored runs. Returns the written files.
 */
export async function saveResult(result: Result): Promise<string[]> {
  mkdirSync(RESULTS, { recursive: true });
  const file = fileOf(result.conditions.persistence);
  writeFileSync(file, await formatted(file, JSON.stringify(result), 'json'));
  return [file, ...(await makePage())];
}

/** Generates page and chart from the stored results. */
export async function makePage(): Promise<string[]> {
  const results = [true, false]
    .map(fileOf)
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Result);
  const page = withFigures(readFileSync(PAGE, 'utf8'), results);
  writeFileSync(PAGE, await formatted(PAGE, page, 'markdown'));
  const [first] = results;
  if (!first) return [PAGE];
  writeFileSync(CHART, drawChart(first));
  return [PAGE, CHART];
}

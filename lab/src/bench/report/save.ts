import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@tocsin/tools/paths';
import { formatText } from '@tocsin/tools/print/format-text';
import { drawChart } from './chart.ts';
import { withFigures } from './page.ts';
import type { Result } from './result.ts';

const RESULTS = join(ROOT, 'bench', 'results');
const PAGE = join(ROOT, 'docs', 'performance.md');
const CHART = join(ROOT, 'docs', 'images', 'performance.svg');

const fileOf = (persistence: boolean): string =>
  join(RESULTS, persistence ? 'persistence-on.json' : 'persistence-off.json');

/**
 * Stores a complete run in `bench/results`, and generates the page and the chart from the stored runs. Returns the
 * written files.
 */
export async function saveResult(result: Result): Promise<string[]> {
  mkdirSync(RESULTS, { recursive: true });
  const file = fileOf(result.conditions.persistence);
  writeFileSync(file, await formatText(file, JSON.stringify(result)));
  return [file, ...(await makePage())];
}

export async function makePage(): Promise<string[]> {
  const results = [true, false]
    .map(fileOf)
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Result);
  const page = withFigures(readFileSync(PAGE, 'utf8'), results);
  writeFileSync(PAGE, await formatText(PAGE, page));
  const [first] = results;
  if (!first) return [PAGE];
  writeFileSync(CHART, drawChart(first));
  return [PAGE, CHART];
}

import { Failure } from '@tocsin/tools/failure';
import type { Result } from './result.ts';
import { barRows, callRows, figureRows, growthRows } from './rows.ts';

const BEGIN =
  '<!-- Made by `npm run bench` from bench/results; what stands between these two lines is replaced. -->';
const END = '<!-- The end of what `npm run bench` makes. -->';

const NOTHING = 'No run is kept yet: a whole `npm run bench` fills this part, and draws the chart.';

/** Puts a result into the page between its two marks. @throws Failure if the page lacks them */
export function withFigures(page: string, results: readonly Result[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Failure(`docs/performance.md lacks the lines\n${BEGIN}\n${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${results.length === 0 ? NOTHING : results.map(sectionOf).join('\n\n')}\n\n${page.slice(end)}`;
}

function sectionOf(result: Result): string {
  const { conditions: of, rounds, peers, faults } = result;
  const load = of.load.map((value) => value.toFixed(1));
  return [
    `## ${of.persistence ? 'With every change on disk' : 'Without persistence'}`,
    `${of.startedAt.slice(0, 10)}, ${of.cores} cores (${of.cpu}), ${of.memoryGiB} GiB, ${of.system}, Node ${of.node}, Dapr ${of.dapr}, ` +
      `Redis ${of.redis} ${of.persistence ? 'with `appendfsync always`' : 'that keeps nothing on disk'}, one for each peer. ` +
      `Medians of ${rounds} rounds, ${of.seconds} s in all. The load average of the machine was ${load[0] ?? ''} before and ` +
      `${load[1] ?? ''} after: above ${of.cores} plus what the benchmark itself keeps busy, others were at work, and ratios say more than figures.`,
    peers
      .map(
        ({ name, version, setup, missing }) =>
          `- ${name} ${version}: ${missing ? `not measured, ${missing}` : setup}`,
      )
      .join('\n'),
    ...(of.persistence ? ['![Latency and costs of each peer as bars](images/performance.svg)'] : []),
    ...[figureRows(result), barRows(result), callRows(result), growthRows(result)]
      .filter((rows) => rows.length > 1)
      .map(markdown),
    ...(faults.length > 0
      ? [
          `Failed: ${faults.map(({ work, peer, round, message }) => `${work} of ${peer} in round ${round} (${message})`).join('; ')}.`,
        ]
      : ['Every message arrived at every client once.']),
  ].join('\n\n');
}

const markdown = (rows: readonly string[][]): string => {
  const [heading = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join(
    '\n',
  );
};

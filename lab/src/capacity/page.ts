import { Failure } from '@tocsin/tools/failure';
import type { CheckResult } from './check/compare.ts';
import { checkText } from './check/text.ts';
import { CONSTANTS_FILE } from './constants-file.ts';
import { costAt, type Constants, type Cost } from './model/constants.ts';
import { limitsOf } from './model/limits.ts';
import { planOf } from './model/plan.ts';
import { readCapacityOptions } from './options.ts';
import { amount, planText } from './report.ts';

const BEGIN =
  '<!-- Made by `npm run capacity -- --measure` and `-- --check`; what stands between these two lines is replaced. -->';
const END = '<!-- The end of what `npm run capacity` makes. -->';

/** The load that the page is about. */
const EXAMPLE = ['--connections', '1e6', '--rate', '5000', '--feeds', '1e5', '--instances', '40'];

const HEARD = 1_000;
const INSTANCES = [2, 10, 40, 100];

/** Puts figures into the page between its two marks. @throws Failure if the page lacks them */
export function withFigures(page: string, constants: Constants, check: CheckResult | undefined): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Failure(`docs/scaling.md lacks the lines\n${BEGIN}\n${END}`);
  const { conditions: of } = constants;
  const sections = [
    '## What each step costs',
    `CPU time in µs on ${of.cores} cores (${of.cpu}, ${of.system}), Node ${of.node}, Dapr ${of.dapr}, Redis ${of.redis} with ` +
      `\`appendfsync always\`, ${of.startedAt.slice(0, 10)}; notifications of ${constants.range.payload} bytes. "Redis" is all of ` +
      `them together. Processes outside of the measurement used ${amount(of.others)} cores meanwhile (median): the ` +
      'more, the dearer is everything, as two of these cores may be one with two threads. An empty cell is nothing, or less ' +
      'than can be told from noise.',
    markdown(costRows(constants)),
    markdown(sizeRows(constants)),
    `One feed took ${amount(constants.feedRate.singles)} singles a second at 64 in flight, or ${amount(constants.feedRate.arrays)} ` +
      'in arrays of 100, while everything else shared the same cores with it.',
    `Hearing ${amount(HEARD)} events a second takes so many cores of all bffs together, and of the broadcaster's Redis:`,
    markdown(hearingRows(constants)),
    '## A million connections and 100,000 feeds',
    fence('sh', `npm run --silent capacity -- ${EXAMPLE.join(' ')}`),
    fence('text', exampleText(constants)),
    ...(check ? ['## Predicted and measured', fence('text', checkText(check))] : []),
  ];
  return `${page.slice(0, begin + BEGIN.length)}\n\n${sections.join('\n\n')}\n\n${page.slice(end)}`;
}

function exampleText(constants: Constants): string {
  const plan = planOf(readCapacityOptions(EXAMPLE).load, constants);
  if (!plan) throw new Error('A plan with so many instances is always there.');
  return planText(plan, limitsOf(plan, constants), constants, CONSTANTS_FILE);
}

const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

function costRows({ cpu }: Constants): string[][] {
  const cells = ({
    producer = 0,
    producerSidecar = 0,
    bff = 0,
    bffSidecar = 0,
    redis = 0,
    broadcast = 0,
  }: Cost) =>
    [producer, producerSidecar, bff, bffSidecar, redis + broadcast].map((value) =>
      value === 0 ? '' : amount(value),
    );
  const row = (name: string, cost: Cost) => [name, ...cells(cost)];
  return [
    ['', 'producer', 'its sidecar', 'bff', 'its sidecar', 'Redis'],
    ...cpu.entry.map(({ rate, cost }) =>
      row(
        `an entry with one notification: accept, deposit, announce; receive, turn, commit, claim, broadcast; at ${amount(rate)} a second`,
        cost,
      ),
    ),
    row('each further notification in it', cpu.furtherNotification),
    row('more, if the feed lives on another instance than the one that received it', cpu.remoteTurn),
    ...cpu.hear.map(({ rate, cost }) =>
      row(`each bff hears an event, whoever watches; at ${amount(rate)} a second`, cost),
    ),
    row('each further publication in the event', cpu.hearFurther),
    row('more, on a bff where somebody watches', cpu.show),
    row('written to one socket', cpu.push),
    row('a connection begins and subscribes', cpu.connect),
    row('more, if nobody there watched the feed', cpu.newView),
    row('a subscribed connection, idle, for a second', cpu.connectionSecond),
    row('a watched feed is compared with its head', cpu.comparison),
    row('a feed quiet for a minute is announced once more', cpu.ring),
    row('each process, idle, for a second', cpu.idleSecond),
  ];
}

function hearingRows({ cpu }: Constants): string[][] {
  const { bff = 0, broadcast = 0 } = costAt(cpu.hear, HEARD);
  const cores = (each: number) => (instances: number) => amount((each * HEARD * instances) / 1e6);
  return [
    ['', ...INSTANCES.map((instances) => `${instances} bffs`)],
    ['bffs', ...INSTANCES.map(cores(bff))],
    ["the broadcaster's Redis", ...INSTANCES.map(cores(broadcast))],
  ];
}

function sizeRows({ memory, stored, wire }: Constants): string[][] {
  const mib = (bytes: number) => `${amount(bytes / 2 ** 20)} MiB`;
  const bytes = (value: number) => (value >= 10_240 ? `${amount(value / 1024)} KiB` : `${amount(value)} B`);
  const { producer, producerSidecar, bff, bffSidecar } = memory.process;
  return [
    ['memory', ''],
    ['a producer, its sidecar', `${mib(producer)}, ${mib(producerSidecar)}`],
    ['a bff, its sidecar', `${mib(bff)}, ${mib(bffSidecar)}`],
    ['a bff, for each connection', bytes(memory.connection)],
    ['a bff, for each feed that is watched there', bytes(memory.view)],
    ['and for each publication in its ring (1,000 at most)', bytes(memory.ringPublication)],
    ['Redis, for an announcement, 24 h', bytes(stored.announcement)],
    ['Redis, for a publication in the history', bytes(stored.publication)],
    ['Redis, for an id that is remembered (100,000 a feed at most)', bytes(stored.id)],
    ['Redis, for a feed', bytes(stored.feed)],
    [
      "Redis, for a publication in the broadcaster's stream (2,000 events)",
      bytes(stored.broadcastPublication),
    ],
    [
      'Redis, for what an entry leaves when later ones take its place, for two minutes',
      bytes(stored.replaced),
    ],
    ['Redis, for what one reader has read of a feed', bytes(stored.reader)],
    ['on the wire: a publication to a browser, a position', `${bytes(wire.push)}, ${bytes(wire.position)}`],
  ];
}

const markdown = (rows: readonly string[][]): string => {
  const [heading = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map((_, i) => (i === 0 ? '---' : '---:'))), ...body.map(line)].join(
    '\n',
  );
};

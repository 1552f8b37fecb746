import { describe, expect, it } from 'vitest';
import { FULL_SIZES, type Figures, type WorkloadId } from '../workloads/workload.ts';
import type { PeerId } from '../peers/peer.ts';
import { compareWithTargets } from './compare-targets.ts';
import { drawChart } from './chart.ts';
import { withFigures } from './page.ts';
import { medianReader, type Result } from './result.ts';
import { targetRows, figureRows, numberText } from './rows.ts';

const sample = (round: number, work: WorkloadId, peer: PeerId, figures: Figures) => ({
  round,
  work,
  peer,
  figures,
});
const info = (id: PeerId, name: string, notMeasuredBecause?: string) => ({
  id,
  name,
  version: '1',
  setup: 'set up',
  ...(notMeasuredBecause && { notMeasuredBecause }),
});

const result: Result = {
  v: 1,
  conditions: {
    startedAt: '2026-01-02T03:04:05.000Z',
    seconds: 600,
    cpu: 'a <fast> one',
    cores: 2,
    memoryGiB: 4,
    system: 'Linux 6',
    node: '20',
    redis: '7',
    dapr: '1.18.1',
    persistence: true,
    load: [0.5, 2.5],
  },
  rounds: 3,
  sizes: FULL_SIZES,
  peers: [
    info('ws', 'raw ws'),
    info('socketio-streams', 'socket.io + streams'),
    info('socketio-recovery', 'socket.io + streams, recovery on'),
    info('centrifugo', 'Centrifugo', 'Go is not installed'),
    info('tocsin', 'Tocsin'),
  ],
  samples: [
    ...[5, 50, 6].map((cpu, i) => sample(i + 1, 'fan-out-8', 'tocsin', { cpu })),
    ...[10, 9, 11].map((cpu, i) => sample(i + 1, 'fan-out-8', 'ws', { cpu })),
    sample(1, 'singles', 'tocsin', { rate: 2_000, cpu: 300 }),
    sample(1, 'singles', 'socketio-streams', { rate: 4_000, cpu: 100 }),
    sample(1, 'recovery', 'socketio-recovery', { one: 7, plain: 100, all: 200 }),
    sample(1, 'recovery', 'tocsin', { one: 2, plain: 100, all: 130 }),
  ],
  faults: [],
};

describe('the report', () => {
  it('should use the median over all rounds', () => {
    expect(medianReader(result)('fan-out-8', 'tocsin', 'cpu')).toBe(6);
    expect(medianReader(result)('fan-out-8', 'centrifugo', 'cpu')).toBeUndefined();
  });

  it('should compare figures with the project’s targets, and omit targets without a measurement', () => {
    const results = compareWithTargets(result);
    const find = (unit: string, work: RegExp) =>
      results.find((target) => target.unit === unit && work.test(target.work));
    expect(find('× raw ws', /8 in flight/)).toMatchObject({
      measured: 0.6,
      reached: true,
      stretchReached: false,
    });
    expect(find('× socket.io + streams', /^single notifications/)).toMatchObject({
      measured: 0.5,
      reached: false,
      stretchReached: false,
    });
    expect(find('× socket.io + streams', /CPU per single/)).toMatchObject({ measured: 3, reached: false });
    expect(find('× socket.io + streams', /one client/)).toMatchObject({
      reached: true,
      stretchMeasured: undefined,
    });
    expect(find('×', /1,000 clients recover/)).toMatchObject({ measured: 1.3, reached: true });
    expect(results).toHaveLength(5);
  });

  it('should compare our many-feed figures with our peers’ and with our own for fewer feeds', () => {
    const results = compareWithTargets({
      samples: [
        sample(1, 'feeds-1', 'tocsin', { cpu: 200 }),
        sample(1, 'feeds-1000', 'tocsin', { cpu: 300, cpu256: 150, rate: 4_000 }),
        sample(1, 'feeds-1000', 'socketio-streams', { cpu: 100, cpu256: 1, rate: 1 }),
        sample(1, 'feeds-1000', 'centrifugo', { cpu: 1, cpu256: 100, rate: 8_000 }),
        sample(1, 'feeds-10000', 'tocsin', { cpu: 390 }),
        sample(1, 'idle', 'tocsin', { cpu: 3.5, memory: 12 }),
        sample(1, 'overload-1000', 'tocsin', { p99: 0.7 }),
      ],
    });
    expect(
      results.map(({ unit, measured, reached, stretchReached }) => [unit, measured, reached, stretchReached]),
    ).toEqual([
      ['× socket.io + streams', 3, false, false],
      ['× Centrifugo', 1.5, true, false],
      ['× Centrifugo', 0.5, true, false],
      ['× one feed', 1.5, true, false],
      ['× 1,000 feeds', 1.3, true, false],
      ['µs a second', 3.5, false, false],
      ['KiB', 12, true, true],
      ['s', 0.7, true, false],
    ]);
  });

  it('should compare the cost of a large and a small history', () => {
    const growth = [100, 1_000, 10_000].map((size) => ({
      what: 'history',
      size,
      cpu: size === 100 ? 100 : 140,
      rate: 1,
    }));
    expect(compareWithTargets({ samples: [], growth })).toMatchObject([{ measured: 1.4, reached: false }]);
  });

  it('should have a column per measured peer, and a single column for socket.io with and without recovery', () => {
    const [heading, ...rows] = figureRows(result);
    expect(heading).toEqual(['work', 'raw ws', 'socket.io + streams', 'Tocsin']);
    expect(rows).toContainEqual([
      'single notifications accepted and delivered a second, 64 in flight',
      '–',
      '4,000',
      '2,000',
    ]);
    expect(rows).toContainEqual(['one client recovers 100 missed messages, ms', '–', '7.0', '2.0']);
    expect(targetRows(result).map(([, , , reached]) => reached)).toEqual([
      'reached',
      'yes',
      'no',
      'no',
      'yes',
      'yes',
    ]);
    expect(numberText(26_000.4)).toBe('26,000');
  });

  it('should replace the text between the markers on the page', () => {
    const begin =
      '<!-- Generated by `npm run bench` from bench/results, up to the end marker. Do not edit. -->';
    const end = '<!-- End of the part generated by `npm run bench`. -->';
    const once = withFigures(`# Page\n\n${begin}\nold\n${end}\n\nMore\n`, [result]);
    expect(withFigures(once, [result])).toBe(once);
    expect(once).toMatch(
      /^# Page\n.*## With persistence.*Centrifugo 1: not measured, Go is not installed.*\n\nMore\n$/s,
    );
    expect(once).not.toMatch(/old/);
    expect(withFigures(once, [])).toMatch(/no stored results yet/);
    expect(() => withFigures('# Page', [result])).toThrow(/must contain these lines/);
  });

  it('should list failures', () => {
    const failed = {
      ...result,
      faults: [{ round: 2, work: 'singles', peer: 'ws', message: '1 of 2 did not arrive' }],
    };
    const page = `<!-- Generated by \`npm run bench\` from bench/results, up to the end marker. Do not edit. --><!-- End of the part generated by \`npm run bench\`. -->`;
    expect(withFigures(page, [failed])).toMatch(
      /Failed: singles with ws in round 2 \(1 of 2 did not arrive\)/,
    );
    expect(withFigures(page, [result])).toMatch(/Every message reached/);
  });

  it('should draw a bar for each peer, using a different color for ours', () => {
    const svg = drawChart(result);
    expect(svg.match(/<rect x=/g)).toHaveLength(4);
    expect(svg.match(/fill="#2f6fde"/g)).toHaveLength(2);
  });
});

import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INTERNAL_ROUTES, PUBLIC_ROUTES, headersFor, type Route } from '../support/processes/every-route.ts';
import { PortsProcess } from '../support/processes/ports-process.ts';

/** When the request length doubles, the CPU time may at most triple. Costs below FLOOR_MS aren't compared. */
const MAX_RATIO = 3;
const FLOOR_MS = 10;
/** Number of measurements per request. Only the minimum counts, since a busy machine can only add time. */
const REPETITIONS = 10;
/** At this length, a request takes less than a second even at cubic cost. */
const SHORT = 600;
/** The limit for the headers and the URL together is 16 KiB, or 32 KiB at the bff's public port. */
const longest = ({ port }: Route): number => (port === 'bff' || port === 'openBff' ? 30_000 : 14_000);

/** Strings to repeat between the start and end of a header value. */
const ALL_UNITS = [' ', '"', ',', ';', '; a=b', '(', '/', '7', 'a'];
/**
 * Number of strings to try for each header of a route. The next route uses different strings. Attacks on the path and
 * the query are cheap, so they aren't limited.
 */
const UNITS_TRIED = Number(process.env['HEADER_FUZZ_UNITS'] ?? 3);
if (!Number.isInteger(UNITS_TRIED) || UNITS_TRIED < 1 || UNITS_TRIED > ALL_UNITS.length)
  throw new Error(`HEADER_FUZZ_UNITS must be a whole number from 1 to ${ALL_UNITS.length}`);
/** Prefixes that each header's parser accepts. */
const HEADERS: [name: string, ...begins: string[]][] = [
  ['accept', 'text/html;q='],
  ['accept-encoding', 'gzip;q='],
  ['authorization', 'Bearer '],
  ['content-encoding', 'gzip'],
  ['content-type', 'application/json;', 'application/json; charset=', 'application/json; charset="'],
  ['cookie', 'a='],
  ['dapr-api-token', ''],
  ['dapr-caller-app-id', ''],
  ['expect', '100-continue'],
  ['host', '127.0.0.1'],
  ['if-match', '"a"'],
  ['if-modified-since', 'Sun, 06 Nov 1994'],
  ['if-none-match', 'W/"a"'],
  ['if-range', 'W/"a"'],
  ['origin', 'http://127.0.0.1'],
  ['range', 'bytes='],
  ['tocsin-signature', 'v1.'],
  ['traceparent', '00-'],
  ['x-api-key', ''],
  ['x-forwarded-for', '10.0.0.1'],
];
/** Headers that never cause an early response, so a single request can contain them all. */
const OTHERS = [
  ...['accept-language', 'access-control-request-headers', 'access-control-request-method', 'baggage'],
  ...['cache-control', 'forwarded', 'referer', 'te', 'tracestate', 'user-agent', 'via', 'x-forwarded-host'],
  ...['x-forwarded-proto', 'sec-websocket-extensions', 'sec-websocket-protocol'],
];

interface Attack {
  name: string;
  /** Builds the request with `length` characters of repeated `unit`. */
  build: (unit: string, length: number) => { path?: string; headers?: OutgoingHttpHeaders };
  /** The strings to repeat. By default, some of `ALL_UNITS`. */
  units?: readonly string[];
}

const repeat = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));
const END = '"!';

function attacksOn(route: Route): Attack[] {
  const url = new URL(route.path, 'http://localhost');
  const encoded = (unit: string, length: number) => repeat(unit.replace(/[^\w.,;:=()/%]/g, '%20'), length);
  return [
    ...HEADERS.flatMap(([name, ...begins]) =>
      begins.map((begin): Attack => ({
        name: `${name}: ${begin}`,
        build: (unit, length) => ({ headers: { [name]: `${begin}${repeat(unit, length)}${END}` } }),
      })),
    ),
    {
      name: 'other headers',
      build: (unit, length) => ({
        headers: Object.fromEntries(
          OTHERS.map((name) => [name, `a${repeat(unit, Math.floor(length / OTHERS.length))}${END}`]),
        ),
      }),
    },
    {
      name: 'value in the query',
      units: ALL_UNITS,
      build: (unit, length) => ({
        path: `${url.pathname}${url.search === '' ? '?feed=user:' : url.search}${encoded(unit, length)}`,
      }),
    },
    {
      name: 'names in the query',
      units: ['a', ' '],
      build: (unit, length) => {
        const names = Array.from({ length: Math.ceil(length / 5) }, (_, index) =>
          index.toString(36).padStart(4, '0'),
        );
        return {
          path: `${route.path}${url.search === '' ? '?' : '&'}${names.join(unit === 'a' ? '=&' : '&')}`,
        };
      },
    },
    {
      name: 'path',
      units: ALL_UNITS,
      build: (unit, length) => ({ path: `${url.pathname}${encoded(unit, length)}${url.search}` }),
    },
  ];
}

/** All routes. Erasures take time, so they specify an invalid feed, which is rejected after all other checks. */
const ROUTES = [...PUBLIC_ROUTES, ...INTERNAL_ROUTES].map((route) => ({
  ...route,
  path: route.path.replace('topic:x', 'none'),
}));

let served: PortsProcess;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  served = await PortsProcess.start({ HANDSHAKE_TIMEOUT_MS: '2000' });
});
afterAll(async () => {
  agent.destroy();
  await served.stop();
});

/** Resolves with the status, or with `undefined` if the connection is closed without a response. */
const send = (route: Route, { path, headers }: ReturnType<Attack['build']>): Promise<number | undefined> =>
  new Promise((resolve) => {
    const sent = request({
      ...{ agent, host: '127.0.0.1', port: served.ports[route.port], method: route.method },
      path: path ?? route.path,
      headers: { ...headersFor(route, served), ...headers },
    });
    sent.on('response', (response) => {
      response.resume().on('close', () => resolve(response.statusCode));
      // A stream never ends, so close it.
      if (response.headers['content-type'] === 'text/event-stream') response.destroy();
    });
    sent.on('error', () => resolve(undefined));
    sent.end(route.body);
  });

const cost = (route: Route, attack: Attack, units: readonly string[], length: number) =>
  served.cpuMs(async () => {
    for (const unit of units) await send(route, attack.build(unit, length));
  });

const minCost = async (route: Route, attack: Attack, unit: string, length: number) => {
  const costs: number[] = [];
  for (let i = 0; i < REPETITIONS; i++) {
    costs.push(await cost(route, attack, [unit], length));
    // More measurements would not change the result.
    if (costs[i]! < FLOOR_MS) break;
  }
  return Math.min(...costs);
};

/**
 * Returns the costs as text if an attack of this length costs more than MAX_RATIO times as much as an attack of half
 * the length.
 */
async function faultOf(
  route: Route,
  attack: Attack,
  units: readonly string[],
  length: number,
): Promise<string | undefined> {
  for (const unit of units) {
    const full = await minCost(route, attack, unit, length);
    if (full < FLOOR_MS) continue;
    const half = await minCost(route, attack, unit, length / 2);
    if (full <= MAX_RATIO * half) continue;
    const costs = `${half.toFixed(1)} ms with ${length / 2} characters, ${full.toFixed(1)} ms with ${length}`;
    return `${attack.name} and ${JSON.stringify(unit)}: ${costs}`;
  }
  return undefined;
}

/**
 * Skips most attacks on the open ports: except for Host and Origin, these behave like the ports that require keys or
 * tokens.
 */
const isWorthwhile = ({ port }: Route, { name }: Attack) =>
  !port.startsWith('open') || name.startsWith('host') || name.startsWith('origin');

/** Returns the strings for an attack on a route. The attack and the route are given by their indexes. */
const unitsFor = (route: number, attack: number): string[] =>
  ALL_UNITS.filter((_, unit) => (unit + attack + route * UNITS_TRIED) % ALL_UNITS.length < UNITS_TRIED);

async function examine(route: Route, routeIndex: number): Promise<string | undefined> {
  for (const [index, attack] of attacksOn(route).entries()) {
    if (!isWorthwhile(route, attack)) continue;
    const units = attack.units ?? unitsFor(routeIndex, index);
    for (const length of [SHORT, longest(route)]) {
      // Measures the strings one by one only if the cost of all of them together is high enough to hide a fault.
      const all = await cost(route, attack, units, length);
      const fault =
        all < FLOOR_MS * Math.min(units.length, 3) ? undefined : await faultOf(route, attack, units, length);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

describe('a long header, query or path', () => {
  it.each(ROUTES.map((route, index) => [route.port, route.method, route.path, route, index] as const))(
    'should cost CPU time proportional to the length: %s %s %s',
    { timeout: 60_000 },
    async (_port, _method, _path, route, index) => {
      expect(await examine(route, index)).toBeUndefined();
    },
  );
});

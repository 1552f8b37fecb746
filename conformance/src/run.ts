import { stripVTControlCharacters } from 'node:util';
import type { Case, Need } from './case.ts';
import type { Transport } from './transports/transport.ts';
import { HTTP } from './cases/http.ts';
import { READING } from './cases/reading.ts';
import { SOCKET } from './cases/socket.ts';
import { STREAM } from './cases/stream.ts';
import { TOKENS } from './cases/tokens.ts';
import { Kit, type Target } from './kit.ts';

export const CASES: readonly Case[] = [...READING, ...SOCKET, ...STREAM, ...HTTP, ...TOKENS];

export interface Result {
  name: string;
  over: Transport;
  outcome: 'passed' | 'failed' | 'skipped';
  /** Why the case failed, or which of the case's requirements the target doesn't meet. */
  reason?: string;
}

export interface RunOptions {
  target: Target;
  /** Defaults to `CASES`. */
  cases?: readonly Case[];
  /** Number of cases to run in parallel. */
  concurrency: number;
  /** If set, runs only the cases whose names contain this text. */
  only?: string | undefined;
  /** The transports to use. Default: all. */
  over?: readonly Transport[] | undefined;
  onResult?: (result: Result) => void;
}

/** Runs each case over every transport that it supports. Resolves with the results in the order of the cases. */
export async function runCases(options: RunOptions): Promise<Result[]> {
  const { target, concurrency, cases = CASES, only, over, onResult } = options;
  const runs = cases
    .filter(({ name }) => only === undefined || name.includes(only))
    .flatMap((testCase) =>
      testCase.over
        .filter((transport) => over?.includes(transport) ?? true)
        .map((transport) => ({ testCase, transport })),
    );
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < runs.length; index = next++) {
      const { testCase, transport } = runs[index] as (typeof runs)[number];
      const result = await runOne(testCase, transport, target);
      results[index] = result;
      onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

async function runOne(testCase: Case, over: Transport, target: Target): Promise<Result> {
  const missing = testCase.needs.find((need) => !offers(target, need));
  if (missing) return { name: testCase.name, over, outcome: 'skipped', reason: MISSING[missing] };
  const kit = new Kit(target);
  try {
    await testCase.run(kit, over);
    return { name: testCase.name, over, outcome: 'passed' };
  } catch (error) {
    return { name: testCase.name, over, outcome: 'failed', reason: reasonOf(error) };
  } finally {
    kit.close();
  }
}

const MISSING: Record<Need, string> = {
  publish: 'needs --publish',
  token: 'needs --token',
  open: "needs a server that doesn't require a token",
};

const offers = (target: Target, need: Need): boolean =>
  need === 'publish'
    ? target.publishUrl !== undefined
    : need === 'token'
      ? target.token !== undefined
      : target.token === undefined;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return printable(`${error.message}${cause}`);
}

/**
 * Removes terminal sequences, such as the colors in assertion errors, and escapes other control characters except tabs
 * and line feeds. Needed because reasons contain text from the server.
 */
const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(
    /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

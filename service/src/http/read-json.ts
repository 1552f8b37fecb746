import type { ProblemDetails } from './problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The value that a body in JSON stands for, or the problem with it. */
export function readJson(body: Uint8Array): { value: unknown } | { problem: ProblemDetails } {
  try {
    return { value: JSON.parse(decoder.decode(body)) as unknown };
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not valid JSON' : 'is not valid UTF-8';
    return { problem: { status: 400, code: 'invalid_json', detail: `The body ${reason}.` } };
  }
}

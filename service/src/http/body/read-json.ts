import type { ProblemDetails } from '../problems/problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });
/** Maximum length of the parser's message in a problem. The message quotes the body, so it can be long. */
const MAX_REASON = 200;

export function readJson(body: Uint8Array): { value: unknown } | { problem: ProblemDetails } {
  const refuse = (detail: string) => ({ problem: { status: 400, code: 'invalid_json', detail } as const });
  if (body.length === 0) return refuse('The body is empty. Send JSON.');
  try {
    return { value: JSON.parse(decoder.decode(body)) as unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) return refuse('The body is not valid UTF-8.');
    return refuse(`The body is not valid JSON (${error.message.slice(0, MAX_REASON)}).`);
  }
}

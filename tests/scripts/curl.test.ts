import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { curlCommand } from '../../ui/src/ops/compose/curl.ts';

/** Returns the arguments passed to curl by a shell. */
const argumentsOf = (command: string): string[] => {
  const script = `curl() { printf '%s\\0' "$@"; }; ${command}`;
  const output = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { TOKEN: 'a b"c' } });
  return output.split('\0').slice(0, -1);
};

it.each([
  'Hello',
  `It's 5 o'clock`,
  `''`,
  '$HOME `id` $(id) \\ \\n "quoted" !! *',
  'two\nlines\tand a tab',
  '@file',
  'Ä 🔔 \u2028',
])('should pass text to curl unchanged: %j', (title) => {
  const [flag, json, ...rest] = argumentsOf(curlCommand('http://localhost:4001', { title }, false));
  expect(flag).toBe('-d');
  expect(JSON.parse(json ?? '')).toEqual({ title });
  expect(rest).toEqual(['-H', 'content-type: application/json', 'http://localhost:4001/app/compose']);
});

it('should read the token from the environment and never show it', () => {
  expect(argumentsOf(curlCommand('https://a.example', {}, true))).toContain('authorization: Bearer a b"c');
});

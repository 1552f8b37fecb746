// `npm run check`: format, lint, packages, types and unit tests, in two lanes that take about as long as each other;
// what each has to say comes when it has ended, in one piece.
import { spawn } from 'node:child_process';

const LANES = [
  ['lint', 'packages', 'types'],
  ['format', 'test:unit'],
];

/** Runs an npm script; resolves with whether it passed. */
const run = (script) =>
  new Promise((resolve) => {
    const started = performance.now();
    const child = spawn('npm', ['run', '--silent', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    child.stdout.on('data', (data) => output.push(data));
    child.stderr.on('data', (data) => output.push(data));
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      process.stdout.write(Buffer.concat(output));
      console.log(`${code === 0 ? '✓' : '✗'} ${script} (${seconds} s)\n`);
      resolve(code === 0);
    });
  });

const started = performance.now();
const lanes = await Promise.all(
  LANES.map(async (scripts) => {
    const passed = [];
    for (const script of scripts) passed.push(await run(script));
    return passed;
  }),
);
const passed = lanes.flat().every(Boolean);
console.log(
  `${passed ? 'All is well' : 'Something is wrong, see above'} (${((performance.now() - started) / 1_000).toFixed(1)} s).`,
);
process.exitCode = passed ? 0 : 1;

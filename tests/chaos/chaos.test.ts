import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

async function chaos(...args: string[]): Promise<{ code: unknown; output: string; summary: string }> {
  const child = spawn(process.execPath, ['lab/start.mjs', 'chaos', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[unknown]>,
  ]);
  const summary = output.trimEnd().split('\n').at(-1) ?? '';
  console.log(summary);
  return { code, output: output + errors, summary };
}

describe('the ledger of the chaos run', () => {
  it('should report no losses, duplicates or reordering after every process was killed at every step', async () => {
    const { code, output, summary } = await chaos();
    expect(summary, output).toMatch(
      /: 0 lost, 0 shown twice, 0 out of order, 0 rules broken, 0 reported gaps$/,
    );
    expect(code, output).toBe(0);
  }, 900_000);

  it('should report losses for a bff that pops an entry, sends it and then acknowledges it', async () => {
    const { code, output, summary } = await chaos('--naive', '--minutes', '0.3');
    expect(summary, output).toMatch(/^naive: .*: [1-9]\d* lost/);
    expect(code, output).toBe(1);
  }, 600_000);
});

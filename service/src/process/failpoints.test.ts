import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFailpoints } from './failpoints.ts';

it('should do nothing at any step if there is no spec', async () => {
  await expect(createFailpoints(undefined)('committed')).resolves.toBeUndefined();
});

it('should fail only at the named step and occurrence', async () => {
  const reach = createFailpoints('committed=fail@2');
  await reach('committed');
  await reach('popped');
  await expect(reach('committed')).rejects.toThrow('failpoint committed');
  await expect(reach('committed')).resolves.toBeUndefined();
});

it('should pause for the given time', async () => {
  const reach = createFailpoints('popped=pause:30');
  const started = Date.now();
  await reach('popped');
  expect(Date.now() - started).toBeGreaterThanOrEqual(29);
});

it('should follow changes to a file, and act in the first process that reaches the step', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'failpoints-'));
  const file = join(dir, 'spec');
  const reach = createFailpoints(`file:${file}`);
  await reach('popped');
  writeFileSync(file, 'popped=fail\n');
  await reach('committed');
  await expect(reach('popped')).rejects.toThrow('failpoint popped');
  expect(readdirSync(dir)).toEqual([`spec.${process.pid}`]);
  await reach('popped');
  rmSync(dir, { recursive: true });
});

it('should reject an invalid spec', () => {
  expect(() => createFailpoints('committed')).toThrow('FAILPOINTS: cannot read "committed"');
});

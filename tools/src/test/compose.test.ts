import { expect, it } from 'vitest';
import { findMissing } from './compose.ts';

it('should report in a single line that the engine does not respond, omitting Docker’s output', async () => {
  // Stands in for `docker`: `ls` fails and prints multiple lines.
  expect(await findMissing('ls')).toBe(
    'The Docker engine does not respond. Start it (Docker Desktop, or `sudo systemctl start docker`), then try again.',
  );
});

it('should find nothing missing if the engine and Compose respond', async () => {
  expect(await findMissing('true')).toBeUndefined();
});

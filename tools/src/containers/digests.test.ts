import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { digestOf, saveDigests, findDigests } from './digests.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const NAME = 'localhost:5000/team/tocsin-bff:1.0.0';
const dockerReporting = (RepoDigests: string[] | null) => () =>
  Promise.resolve({ code: 0, output: '', stderr: '', stdout: JSON.stringify(RepoDigests) });

it('should return the digest of the pushed repository, if the registry reported it', async () => {
  const others = ['docker.io/team/tocsin-bff@sha256:1', `localhost:5000/team/tocsin-bff@${DIGEST}`];
  expect(await digestOf(dockerReporting(others), NAME)).toBe(DIGEST);
  expect(await digestOf(dockerReporting(['localhost:5000/team/tocsin-bff2@sha256:1']), NAME)).toBeUndefined();
  expect(await digestOf(dockerReporting(null), NAME)).toBeUndefined();
});

it('should store digests by exact name and tag', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-digests-'));
  const file = join(folder, 'containers', 'digests.json');
  try {
    const source = { registry: 'localhost:5000/team', tag: '1.0.0' };
    expect(findDigests(source, file)).toEqual({});
    saveDigests({ 'localhost:5000/team/tocsin-ui:1.0.0': DIGEST }, file);
    saveDigests({ [NAME]: DIGEST }, file);
    expect(findDigests(source, file)).toEqual({ bff: DIGEST, ui: DIGEST });
    expect(findDigests({ ...source, tag: '1.0.1' }, file)).toEqual({});
    expect(findDigests({ ...source, registry: undefined }, file)).toEqual({});
    saveDigests({ [NAME]: undefined }, file);
    expect(findDigests(source, file)).toEqual({ ui: DIGEST });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

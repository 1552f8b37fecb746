import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Provides a folder for files that several test files use, such as the built page. Removes it after the run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-tests-'));
  project.provide('temporaryFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}

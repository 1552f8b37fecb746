import type { Release } from '../setup/dapr/release/release.ts';

export interface ReleaseFacts {
  version: string;
  /** The output of `git status --porcelain`. */
  changes: string;
  tags: readonly string[];
  changelog: string;
  dapr: Release;
  /** The repository's address, for the packages' provenance. */
  repository: string | undefined;
}

/** Reasons why this commit can't be published, with remedies. */
export function obstaclesOf({ version, changes, tags, changelog, dapr, repository }: ReleaseFacts): string[] {
  const missing = Object.values(dapr.digests).filter((digest) => digest === null).length;
  return [
    ...(changes.trim() === '' ? [] : ['The folder has uncommitted changes. Commit or discard them.']),
    ...(tags.includes(`v${version}`)
      ? []
      : [`The commit has no tag v${version}. Run \`git tag v${version}\`.`]),
    ...(changelog.includes(`## ${version} - `)
      ? []
      : [`CHANGELOG.md has no section "## ${version} - DATE". Move the unreleased changes there.`]),
    ...(missing === 0
      ? []
      : [
          `Digests are missing for ${missing} of the Dapr ${dapr.runtime} archives. Run \`npm run dapr:digests\`, then commit.`,
        ]),
    ...(repository === undefined
      ? ['Pass the repository’s address with `--repository URL`. Each package needs it for provenance.']
      : []),
  ];
}

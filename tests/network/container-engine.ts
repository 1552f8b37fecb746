import { getContainerRuntimeClient } from 'testcontainers';

/** Why this machine can't start containers. `undefined` if it can. */
export const missingEngine = (): Promise<string | undefined> =>
  getContainerRuntimeClient().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

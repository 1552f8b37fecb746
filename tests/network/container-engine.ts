import { getContainerRuntimeClient } from 'testcontainers';

/** Returns why this machine can't start containers, or `undefined` if it can. */
export const missingEngine = (): Promise<string | undefined> =>
  getContainerRuntimeClient().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

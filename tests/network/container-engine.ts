import { getContainerRuntimeClient } from 'testcontainers';

/** Why no container can be started here; `undefined` if one can. */
export const missingEngine = (): Promise<string | undefined> =>
  getContainerRuntimeClient().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

import { getContainerRuntimeClient } from 'testcontainers';

/** The reason why containers cannot be started on this machine; `undefined` if they can. */
export const missingEngine = (): Promise<string | undefined> =>
  getContainerRuntimeClient().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

import { bffSettings, memoryBackend, startBff } from '@tocsin/bff';
import { entryKey, entrySchema, notificationSchema, type NotificationInput } from '@tocsin/contracts';
import { parseConfig } from '@tocsin/service';
import { freePorts } from '../net/ports.ts';

export interface MemoryBff {
  url: string;
  backend: ReturnType<typeof memoryBackend>;
  publish: (inputs: readonly NotificationInput[]) => Promise<void>;
  stop: () => Promise<void>;
}

/**
 * Starts a bff with the real rules and in-memory adapters in this process, on free ports. For tests and screenshots
 * that don't need persistent data. `secrets` contains the secret store's values by name.
 */
export async function startMemoryBff(
  settings: Readonly<Record<string, string>> = {},
  secrets: Readonly<Record<string, string>> = {},
): Promise<MemoryBff> {
  const [port = 0, internal = 0] = await freePorts(2);
  const backend = memoryBackend(secrets);
  const defaults = { PORT: String(port), INTERNAL_PORT: String(internal), LOG_LEVEL: 'error', DRAIN_MS: '0' };
  const bff = await startBff(parseConfig(bffSettings, { ...defaults, ...settings }), backend);
  return { url: `http://localhost:${port}`, backend, publish: publisher(backend), stop: () => bff.stop() };
}

/** Returns a function that publishes to the `all` feed, as a producer would. Each call creates one entry. */
function publisher(backend: ReturnType<typeof memoryBackend>) {
  let seq = 0;
  const run = 'pictures';
  const feed = 'all';
  return async (inputs: readonly NotificationInput[]): Promise<void> => {
    seq++;
    const createdAt = new Date().toISOString();
    const notifications = inputs.map((input, index) =>
      notificationSchema.parse({ ...input, id: `picture-${seq}-${index}`, feed, createdAt }),
    );
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const entry = entrySchema.parse({ v: 1, run, feed, seq, expiresAt, notifications });
    backend.entries.put(entryKey(entry), JSON.stringify(entry));
    await backend.announce({ v: 1, run, feed, seq, expiresAt });
  };
}

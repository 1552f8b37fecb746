import type { Logger } from '@tocsin/service';
import { ErasedContent, type Erased } from '../deliver/erase/erased-content.ts';
import type { Copies } from '../deliver/ports.ts';
import { eraseFromKeys, type KeyEraserDependencies } from './erase-from-keys.ts';
import { eraseFromStreams } from './erase-from-streams.ts';
import { ErasureLog } from './erasure-log.ts';

export interface RedisCopiesOptions extends KeyEraserDependencies {
  log: Logger;
}

const LOOK_EVERY_MS = 2_000;
/** All instances together go through Redis so often at most. */
const WORK_EVERY_MS = 10_000;
/**
 * This long after an erasure, everything that was on its way has arrived or been refused: then a last search
 * runs. Together with the time between two rounds, this is less than a minute.
 */
const LAST_LOOK_MS = 35_000;

/**
 * Deletes copies of erased content from the streams of Dapr's topics, set-aside records, documents that no
 * head names and the producers' lists, and has unclaimed entries with it announced again, so that their feeds
 * drop it. Each erasure is searched several times within a minute, by whichever instance comes first.
 */
export class RedisCopies implements Copies {
  readonly #options: RedisCopiesOptions;
  readonly #erasures: ErasureLog;
  #timer: NodeJS.Timeout | undefined;
  #isWorking = false;

  constructor(options: RedisCopiesOptions) {
    this.#options = options;
    this.#erasures = new ErasureLog(options.connection);
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  erase(erased: Erased): Promise<void> {
    return this.#erasures.note(erased);
  }

  async #look(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      const noted = await this.#erasures.read();
      if (noted.length > 0 && (await this.#erasures.mayWork(WORK_EVERY_MS))) await this.#work();
    } catch (err) {
      this.#options.log.warn({ err }, 'copies of what was erased could not be deleted yet; trying again');
    } finally {
      this.#isWorking = false;
    }
  }

  async #work(): Promise<void> {
    const [noted, now] = [await this.#erasures.read(), await this.#erasures.now()];
    const content = new ErasedContent(noted.map(({ erased }) => erased));
    const fromStreams = await eraseFromStreams(this.#options.connection, content, now);
    const fromKeys = await eraseFromKeys(this.#options, content);
    await this.#erasures.forget(noted.filter(({ at }) => now - at >= LAST_LOOK_MS));
    if (fromStreams + fromKeys > 0)
      this.#options.log.info({ fromStreams, fromKeys }, 'copies of what was erased were deleted');
  }
}

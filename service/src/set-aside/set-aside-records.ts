import {
  COMPONENTS,
  DOCUMENT_VERSION,
  ENTRY_LIFE_MS,
  REFUSED_EVENT_PREFIX,
  SET_ASIDE_INDEX_KEY,
  TOPICS,
  partitionEntryKey,
  setAsideIndexSchema,
  setAsideKey,
  setAsideSchema,
  type SetAside,
} from '@tocsin/contracts';
import { ABSENT } from '../dapr/etag.ts';
import { DeadLetterError, entryAgain } from './entry-again.ts';
import { sendToProducer } from '../dapr/send-to-producer.ts';
import type { Sidecar } from '../dapr/sidecar.ts';

const ATTEMPTS = 10;

/** What the feeds have set aside, read and changed through a sidecar of the bff. */
export class DeadLetters {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  /** The names of all that are listed, the newest first. */
  async names(): Promise<string[]> {
    return (await this.#index()).entries;
  }

  /** The records of these names, in their order, without those that are there no more. */
  async records(names: readonly string[]): Promise<SetAside[]> {
    const records = await this.#sidecar.getStates(
      COMPONENTS.state,
      names.map((entry) => setAsideKey(entry)),
    );
    return records.flatMap((record) => {
      const parsed = setAsideSchema.safeParse(record);
      return parsed.success ? [parsed.data] : [];
    });
  }

  /** All that is listed, the newest first. */
  async list(): Promise<SetAside[]> {
    return this.records(await this.names());
  }

  /** @throws DeadLetterError when there is none of that name */
  async find(entry: string): Promise<SetAside> {
    const [record] = (await this.names()).includes(entry) ? await this.records([entry]) : [];
    if (!record) throw new DeadLetterError('not_found', `Nothing called ${entry} was set aside.`);
    return record;
  }

  /**
   * Deposits the content anew under a run of its own and announces it, then takes it off the list. What is still
   * invalid is set aside again; ids that the feed has taken are not shown again.
   * @throws DeadLetterError when there is no content, or none that can be taken
   */
  async putBack(record: SetAside): Promise<void> {
    if (record.entry.startsWith(REFUSED_EVENT_PREFIX)) return this.#putBackEvent(record);
    const { entry, announcement } = entryAgain(record);
    await this.#sidecar.invokeBinding(COMPONENTS.entries, {
      operation: 'create',
      metadata: { key: partitionEntryKey(entry), ttlInSeconds: String(Math.ceil(ENTRY_LIFE_MS / 1000)) },
      data: entry,
    });
    await this.#sidecar.publish(COMPONENTS.pubsub, TOPICS.partitionAnnouncements, announcement);
    await this.remove(record.entry);
  }

  /** An event is no entry: its data goes to the producer, which says what is still wrong with it. */
  async #putBackEvent(record: SetAside): Promise<void> {
    const answer = await sendToProducer(this.#sidecar, JSON.parse(record.content ?? 'null'));
    if ('problem' in answer) {
      const { status, detail, errors = [] } = answer.problem;
      const why = errors.map(({ path, message }) => `${path}: ${message}`).join('; ') || detail;
      const text = `${record.entry} is still no notification (${why}).`;
      if (status < 500) throw new DeadLetterError('conflict', text);
      throw new Error(`The producer cannot take ${record.entry} now: ${detail}`);
    }
    await this.remove(record.entry);
  }

  /** Takes a record off the list and deletes it. */
  async remove(entry: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { entries, etag } = await this.#index();
      const index = { v: DOCUMENT_VERSION, entries: entries.filter((candidate) => candidate !== entry) };
      try {
        await this.#sidecar.transact(COMPONENTS.state, [
          { operation: 'upsert', key: SET_ASIDE_INDEX_KEY, value: index, etag },
          { operation: 'delete', key: setAsideKey(entry) },
        ]);
        return;
      } catch (error) {
        // An instance wrote the index meanwhile: it is read again.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #index(): Promise<{ entries: string[]; etag: string }> {
    const stored = await this.#sidecar.getState(COMPONENTS.state, SET_ASIDE_INDEX_KEY);
    if (!stored) return { entries: [], etag: ABSENT };
    return { entries: setAsideIndexSchema.parse(stored.value).entries, etag: stored.etag };
  }
}

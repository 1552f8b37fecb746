import { randomBytes } from 'node:crypto';
import {
  APP_IDS,
  COMPONENTS,
  DOCUMENT_VERSION,
  ENTRY_LIFE_MS,
  REFUSED_EVENT_PREFIX,
  SET_ASIDE_INDEX_KEY,
  TOPICS,
  announcementSchema,
  entryKey,
  entrySchema,
  setAsideIndexSchema,
  setAsideKey,
  setAsideSchema,
  type SetAside,
} from '@tocsin/contracts';
import { SidecarError, type Sidecar } from '@tocsin/service';
import { Failure } from '../failure.ts';

const ATTEMPTS = 10;

/** What the feeds have set aside, read and changed through a sidecar of the bff. */
export class DeadLetters {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  /** All that is listed, the newest first. */
  async list(): Promise<SetAside[]> {
    const { entries } = await this.#index();
    const records = await this.#sidecar.getStates(
      COMPONENTS.state,
      entries.map((entry) => setAsideKey(entry)),
    );
    return records.flatMap((record) => {
      const parsed = setAsideSchema.safeParse(record);
      return parsed.success ? [parsed.data] : [];
    });
  }

  /** @throws Failure when there is none of that name */
  async find(entry: string): Promise<SetAside> {
    const record = (await this.list()).find((candidate) => candidate.entry === entry);
    if (!record)
      throw new Failure(`Nothing called ${entry} was set aside. \`npm run dead-letters\` lists what was.`);
    return record;
  }

  /**
   * Deposits the content anew under a run of its own and announces it, then takes it off the list. What is still
   * invalid is set aside again; ids that the feed has taken are not shown again.
   * @throws Failure when there is no content, or none that is an entry
   */
  async putBack(record: SetAside): Promise<void> {
    if (record.entry.startsWith(REFUSED_EVENT_PREFIX)) return this.#putBackEvent(record);
    const content = record.content === null ? undefined : parseEntry(record.content);
    if (!content) {
      throw new Failure(
        `${record.entry} has no content that could be put back (${record.faults.join('; ')}).`,
      );
    }
    const run = randomBytes(4).toString('hex');
    const expiresAt = new Date(Date.now() + ENTRY_LIFE_MS).toISOString();
    const entry = { ...content, v: DOCUMENT_VERSION, run, seq: 1, feed: record.feed, expiresAt };
    await this.#sidecar.invokeBinding(COMPONENTS.entries, {
      operation: 'create',
      metadata: { key: entryKey(entry), ttlInSeconds: String(Math.ceil(ENTRY_LIFE_MS / 1000)) },
      data: entry,
    });
    const { feed, seq } = entry;
    const announcement = announcementSchema.parse({ v: DOCUMENT_VERSION, run, feed, seq, expiresAt });
    await this.#sidecar.publish(COMPONENTS.pubsub, TOPICS.announcements, announcement);
    await this.remove(record.entry);
  }

  /** An event is no entry: its data goes to the producer, which says what is still wrong with it. */
  async #putBackEvent(record: SetAside): Promise<void> {
    try {
      await this.#sidecar.invoke(APP_IDS.producer, 'notifications', JSON.parse(record.content ?? 'null'));
    } catch (error) {
      if (!(error instanceof SidecarError && error.status === 400)) throw error;
      throw new Failure(`${record.entry} is still no notification (${record.faults.join('; ')}).`);
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
    if (!stored) return { entries: [], etag: '-1' };
    return { entries: setAsideIndexSchema.parse(stored.value).entries, etag: stored.etag };
  }
}

const putBackSchema = entrySchema.pick({ notifications: true, traceparent: true }).strip();

function parseEntry(content: string) {
  try {
    const parsed = putBackSchema.safeParse(JSON.parse(content));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

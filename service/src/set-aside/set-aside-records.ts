import {
  COMPONENTS,
  DOCUMENT_VERSION,
  REFUSED_EVENT_PREFIX,
  SET_ASIDE_INDEX_KEY,
  SET_ASIDE_SIZES_KEY,
  TOPICS,
  hasSetAsideExpired,
  setAsideIndexSchema,
  setAsideKey,
  setAsideSchema,
  setAsideSizesSchema,
  type ProblemCode,
  type SetAside,
} from '@tocsin/contracts';
import type { ClaimCheck } from '../claim-check/claim-check.ts';
import { sendToProducer } from '../dapr/send-to-producer.ts';
import type { Sidecar } from '../dapr/sidecar.ts';
import { ABSENT, transactInStages } from '../dapr/state.ts';
import { ProducerRefusedError, SetAsideError, newBodyFrom, newEntryFrom } from './new-entry.ts';

const ATTEMPTS = 10;
/**
 * The problem codes with which the producer rejects an event's content. All others concern the call, or are temporary.
 */
const CONTENT_FAULTS: readonly ProblemCode[] = ['invalid_notification', 'payload_too_large'];

/** Reads and changes all feeds' set-aside records through a bff's sidecar. */
export class SetAsideRecords {
  readonly #sidecar: Sidecar;
  readonly #claimCheck: Pick<ClaimCheck, 'deposit'>;

  constructor(sidecar: Sidecar, claimCheck: Pick<ClaimCheck, 'deposit'>) {
    this.#sidecar = sidecar;
    this.#claimCheck = claimCheck;
  }

  /** Returns the names of all records, newest first. Omits expired records, which stay in the index for a while. */
  async names(): Promise<string[]> {
    const [{ entries }, sizes] = await Promise.all([
      this.#index(),
      this.#sidecar.getState(COMPONENTS.state, SET_ASIDE_SIZES_KEY),
    ]);
    const storedAt = sizes ? setAsideSizesSchema.parse(sizes.value).storedAt : undefined;
    return entries.filter((entry) => !hasSetAsideExpired(storedAt?.[entry], Date.now()));
  }

  /** Returns the records with these names, in the order of `names`. Omits records that no longer exist. */
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

  async list(): Promise<SetAside[]> {
    return this.records(await this.names());
  }

  /** Finds a record by name. @throws SetAsideError if it does not exist */
  async find(entry: string): Promise<SetAside> {
    const [record] = (await this.names()).includes(entry) ? await this.records([entry]) : [];
    if (!record) throw new SetAsideError('not_found', `There is no set-aside record named ${entry}.`);
    return record;
  }

  /**
   * Deposits the content as a new entry, announces it and removes the record. Content that is still invalid is set
   * aside again. Notifications that a feed already has aren't shown again.
   * @throws SetAsideError if the content is missing, truncated or rejected
   * @throws ProducerRefusedError if the producer rejects the call for another reason
   */
  async putBack(record: SetAside): Promise<void> {
    if (record.entry.startsWith(REFUSED_EVENT_PREFIX)) return this.#putBackEvent(record);
    const { entry, announcement } = newEntryFrom(record);
    await this.#claimCheck.deposit(entry);
    await this.#sidecar.publish(COMPONENTS.pubsub, TOPICS.partitionAnnouncements, announcement);
    await this.remove(record.entry);
  }

  /** Resends a rejected event's data to the producer, which revalidates it. */
  async #putBackEvent(record: SetAside): Promise<void> {
    const response = await sendToProducer(this.#sidecar, newBodyFrom(record));
    if ('problem' in response) {
      const { code, detail, errors = [] } = response.problem;
      if (!CONTENT_FAULTS.includes(code))
        throw new ProducerRefusedError(`The producer did not accept ${record.entry}: ${detail}`);
      const why = errors.map(({ path, message }) => `${path}: ${message}`).join('; ') || detail;
      const text = `${record.entry} cannot be put back because it is still not a valid notification (${why}).`;
      throw new SetAsideError('conflict', text);
    }
    await this.remove(record.entry);
  }

  async remove(entry: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { entries, etag } = await this.#index();
      const index = { v: DOCUMENT_VERSION, entries: entries.filter((candidate) => candidate !== entry) };
      try {
        await transactInStages(this.#sidecar, COMPONENTS.state, [
          { operation: 'upsert', key: SET_ASIDE_INDEX_KEY, value: index, etag },
          { operation: 'delete', key: setAsideKey(entry) },
        ]);
        return;
      } catch (error) {
        // An instance may have written the index since it was read. Reread it.
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

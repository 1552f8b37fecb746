import { randomBytes } from 'node:crypto';
import { AUDIT_STREAMS, type AuditRecord, type AuditStream } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { currentTraceId, withoutTrace } from '../observe/trace.ts';
import { Gathering } from './gathering.ts';
import { streamOf, type AuditNote } from './note.ts';
import { auditRecord } from './record.ts';

/**
 * Stores records. Resolves when the record is stored. If an append is retried after a rejection, the record may be
 * stored twice.
 */
export interface AuditSink {
  append(stream: AuditStream, record: AuditRecord): Promise<void>;
}

/** Receives the events of the trail. Its methods must not throw. */
export interface AuditObserver {
  written(): void;
  /** A write failed and will be retried. */
  failed(error: unknown): void;
  /** The records could not be written before the process had to end. */
  lost(records: readonly AuditRecord[]): void;
}

export interface AuditTrailOptions {
  sink: AuditSink;
  /** Name of this process in its records. */
  instance: string;
  observer: AuditObserver;
  /** In ms since 1970. */
  now?: () => number;
}

/** Longest delay from an attempt to its record, in ms, while the sink works. A crash loses at most this much. */
export const AUDIT_DELAY_MS = 250;
/** Refused attempts cost their sender nothing, so they are combined into fewer records. */
const REFUSALS_DELAY_MS = 1_000;
const RETRY_AFTER_MS = 1_000;
/** Maximum number of separate records of one actor in one period. */
const SINGLES: Record<AuditStream, number> = { acts: 16, publications: 1, refusals: 1 };

interface Waiting {
  stream: AuditStream;
  record: AuditRecord;
}

/**
 * Records who did what, in the background. `note` only collects, in limited memory. While the sink fails, attempts
 * are summed in fewer records; none is dropped.
 */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #process = randomBytes(4).toString('hex');
  readonly #gatherings = new Map(AUDIT_STREAMS.map((stream) => [stream, new Gathering(SINGLES[stream])]));
  /** Records to write. No further records are built until these are written. */
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  #stopped = false;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  /** Records an attempt with its outcome. Takes microseconds and never throws. */
  note(note: AuditNote): void {
    this.#gatherings.get(streamOf(note))?.add(note, this.#now(), currentTraceId());
    if (this.#stopped) this.#abandon();
    else this.#schedule(AUDIT_DELAY_MS);
  }

  /**
   * Writes all collected attempts. After `limitMs`, passes unwritten records to the observer. First stop everything
   * that calls `note`.
   */
  async stop(limitMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const end = new AbortController();
    await Promise.race([this.#writeAll(end.signal), pause(limitMs, end.signal)]);
    end.abort();
    this.#abandon();
  }

  async #writeAll(signal: AbortSignal): Promise<void> {
    await this.#writing;
    while (!signal.aborted) {
      this.#buildRecords(true);
      await this.#write();
      if (this.#waiting.length === 0) return;
      await pause(AUDIT_DELAY_MS, signal);
    }
  }

  #abandon(): void {
    this.#buildRecords(true);
    const records = this.#waiting.splice(0).map(({ record }) => record);
    if (records.length > 0) this.#options.observer.lost(records);
  }

  #schedule(ms: number): void {
    if (this.#stopped || this.#timer) return;
    // The current trace belongs to the attempt, not to the write.
    this.#timer = withoutTrace(() => setTimeout(() => void this.#tick(), ms)).unref();
  }

  async #tick(): Promise<void> {
    this.#timer = undefined;
    if (this.#writing || this.#stopped) return;
    if (this.#waiting.length === 0) this.#buildRecords(false);
    this.#writing = this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
    if (this.#waiting.length > 0) this.#schedule(RETRY_AFTER_MS);
    else if ([...this.#gatherings.values()].some(({ since }) => since !== undefined))
      this.#schedule(AUDIT_DELAY_MS);
  }

  /** Builds records from the gatherings that are due, or from all of them. */
  #buildRecords(all: boolean): void {
    for (const [stream, gathering] of this.#gatherings) {
      const minimumMs = stream === 'refusals' ? REFUSALS_DELAY_MS - AUDIT_DELAY_MS : 0;
      if (gathering.since === undefined || (!all && this.#now() - gathering.since < minimumMs)) continue;
      for (const gathered of gathering.take()) {
        const facts = { id: `${this.#process}-${++this.#count}`, instance: this.#options.instance };
        this.#waiting.push({ stream, record: auditRecord(gathered, facts) });
      }
    }
  }

  /** Writes records in order, until one fails. Never rejects. */
  async #write(): Promise<void> {
    const { sink, observer } = this.#options;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      try {
        await sink.append(next.stream, next.record);
      } catch (error) {
        observer.failed(error);
        return;
      }
      this.#waiting.shift();
      observer.written();
    }
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

import { randomBytes } from 'node:crypto';
import { AUDIT_STREAMS, type AuditRecord, type AuditStream } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { currentTraceId, withoutTrace } from '../observe/trace.ts';
import { AttemptCollector } from './attempt-collector.ts';
import { streamOf, type AuditNote } from './note.ts';
import { auditRecord } from './record.ts';

/** Stores records. Resolves when the record is stored. A rejected append is retried, which can store a record twice. */
export interface AuditSink {
  append(stream: AuditStream, record: AuditRecord): Promise<void>;
}

/** Receives the trail's events. Methods must not throw. */
export interface AuditObserver {
  written(): void;
  /** A write failed and will be retried. */
  failed(error: unknown): void;
  /** The records could not be written before the process had to exit. */
  lost(records: readonly AuditRecord[]): void;
}

export interface AuditTrailOptions {
  sink: AuditSink;
  /** The name that records use for this process. */
  instance: string;
  observer: AuditObserver;
  /** In ms since 1970. */
  now?: () => number;
}

/**
 * While the sink works, accepted attempts are recorded within this time (ms). A crash then loses at most the attempts
 * of this period.
 */
export const AUDIT_DELAY_MS = 250;
/**
 * The delay for rejected attempts. Anyone can make many of them, so they are collected for longer, and each record
 * combines more.
 */
const REFUSALS_DELAY_MS = 1_000;
const RETRY_AFTER_MS = 1_000;
/** Maximum number of separate records per action, actor and period. */
const SINGLES: Record<AuditStream, number> = { acts: 16, publications: 1, refusals: 1 };

interface PendingRecord {
  stream: AuditStream;
  record: AuditRecord;
}

/**
 * Writes the audit trail in the background. `note` only collects attempts in limited memory. While the sink fails,
 * attempts are combined into fewer records, but never dropped.
 */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #process = randomBytes(4).toString('hex');
  readonly #collectors = new Map(
    AUDIT_STREAMS.map((stream) => [stream, new AttemptCollector(SINGLES[stream])]),
  );
  /** Records to write. No more are built until these are written. */
  #waiting: PendingRecord[] = [];
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  #stopped = false;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  /** Records an attempt and its outcome. Takes microseconds and never throws. */
  note(note: AuditNote): void {
    this.#collectors.get(streamOf(note))?.add(note, this.#now(), currentTraceId());
    if (this.#stopped) this.#abandon();
    else this.#schedule(AUDIT_DELAY_MS);
  }

  /**
   * Writes all collected attempts. After `limitMs`, passes unwritten records to the observer. Stop all callers of
   * `note` first.
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
    // Write outside the current trace, which belongs to the attempt.
    this.#timer = withoutTrace(() => setTimeout(() => void this.#tick(), ms)).unref();
  }

  async #tick(): Promise<void> {
    this.#timer = undefined;
    if (this.#writing || this.#stopped) return;
    if (this.#waiting.length === 0) this.#buildRecords(false);
    this.#writing = this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
    if (this.#waiting.length > 0) this.#schedule(RETRY_AFTER_MS);
    else if ([...this.#collectors.values()].some(({ since }) => since !== undefined))
      this.#schedule(AUDIT_DELAY_MS);
  }

  #buildRecords(all: boolean): void {
    for (const [stream, collector] of this.#collectors) {
      const minimumMs = stream === 'refusals' ? REFUSALS_DELAY_MS - AUDIT_DELAY_MS : 0;
      if (collector.since === undefined || (!all && performance.now() - collector.since < minimumMs))
        continue;
      for (const group of collector.take()) {
        const origin = { id: `${this.#process}-${++this.#count}`, instance: this.#options.instance };
        this.#waiting.push({ stream, record: auditRecord(group, origin) });
      }
    }
  }

  /** Writes records in order until a write fails. Never rejects. */
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

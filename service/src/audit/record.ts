import { createHash } from 'node:crypto';
import { DOCUMENT_VERSION, MAX_AUDIT_RECORD_BYTES, type AuditRecord } from '@tocsin/contracts';
import type { AttemptGroup } from './attempt-collector.ts';

const MAX_NAME_BYTES = 96;
/** Characters that terminals and pages may interpret: control and format characters, surrogates, line separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Shortens a name for the trail and replaces unsafe characters. A changed name ends with part of a hash so that
 * different names stay different.
 */
export function auditName(name: string): string {
  const safe = name.replace(UNSAFE, '\ufffd');
  if (safe === name && Buffer.byteLength(name) <= MAX_NAME_BYTES) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  let room = MAX_NAME_BYTES - hash.length - 4;
  let shortened = '';
  for (const character of safe) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    shortened += character;
  }
  return `${shortened}…~${hash}`;
}

export interface RecordOrigin {
  id: string;
  instance: string;
}

/** Converts a group to a record. Drops feeds and ids until the JSON fits into `MAX_AUDIT_RECORD_BYTES`. */
export function auditRecord(group: AttemptGroup, { id, instance }: RecordOrigin): AuditRecord {
  const { note, from, until, requests, feeds, ids, idCount, traceId } = group;
  const { kind, name, claimed } = note.actor;
  const record: AuditRecord = {
    ...{ v: DOCUMENT_VERSION, id, at: iso(from), ...(until > from && { until: iso(until) }), requests },
    ...{ action: note.action, outcome: note.outcome, via: note.via },
    actor: { kind, ...(name !== undefined && { name: auditName(name) }), ...(claimed && { claimed }) },
    ...listOf('feeds', feeds.size, [...feeds].slice(0, MAX_NAMED)),
    ...listOf('ids', idCount, ids.slice(0, MAX_NAMED)),
    instance: auditName(instance),
    ...(traceId !== undefined && { traceId }),
  };
  const lists = [record.feeds?.first ?? [], record.ids?.first ?? []];
  for (
    let excessBytes = bytesOf(record) - MAX_AUDIT_RECORD_BYTES;
    excessBytes > 0;
    excessBytes = bytesOf(record) - MAX_AUDIT_RECORD_BYTES
  ) {
    // Shorten the longer list first, so that a long list can't crowd out a short one.
    lists.sort((a, b) => b.length - a.length)[0]?.pop();
  }
  return record;
}

const MAX_NAMED = 16;

function listOf<K extends 'feeds' | 'ids'>(member: K, count: number, first: readonly string[]) {
  return (count === 0 ? {} : { [member]: { count, first: first.map(auditName) } }) as Pick<AuditRecord, K>;
}

const bytesOf = (record: AuditRecord): number => Buffer.byteLength(JSON.stringify(record));
const iso = (ms: number): string => new Date(ms).toISOString();

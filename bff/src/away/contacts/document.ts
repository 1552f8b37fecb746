import { DOCUMENT_VERSION, contactsDocumentSchema, type ContactsDocument } from '@tocsin/contracts';
import { parseStored } from '../../deliver/parse-stored.ts';
import { hashOfReader } from '../fallbacks/document.ts';

export type { ContactsDocument } from '@tocsin/contracts';

/**
 * Lifetime of a reader's contacts. It restarts when the contacts change, but not when a message is sent. There is an
 * exception: if the reader has stopped a channel, reading the contacts also restarts the lifetime (at most once in 30
 * days). Otherwise, messages through the stopped channel would resume when the contacts expire.
 */
export const CONTACTS_TTL_SECONDS = 400 * 24 * 60 * 60;
/** Maximum devices per reader. At the limit, a new device replaces the oldest. */
export const MAX_DEVICES = 20;

/** Maximum stopped channels per reader. At the limit, the oldest is dropped. */
export const MAX_STOPPED = 100;

export const keyOfHash = (hash: string): string => `contacts:${hash}`;
export const contactsKey = (reader: string): string => keyOfHash(hashOfReader(reader));

/** Parses the stored document, if any. Throws if a later version wrote it, so that it is not overwritten. */
export function parseContacts(reader: string, value: unknown): ContactsDocument {
  if (value === undefined) return { v: DOCUMENT_VERSION, reader, language: 'en', devices: [] };
  return parseStored(contactsDocumentSchema, value, "a reader's contacts");
}

import { DOCUMENT_VERSION, contactsDocumentSchema, type ContactsDocument } from '@tocsin/contracts';
import { parseStored } from '../../deliver/parse-stored.ts';
import { hashOfReader } from '../fallbacks/document.ts';

export type { ContactsDocument } from '@tocsin/contracts';

/** Lifetime of a reader's contacts after their last change. Sending a message does not renew it. */
export const CONTACTS_TTL_SECONDS = 400 * 24 * 60 * 60;
/** Maximum number of devices per reader. Beyond it, a new device replaces the oldest. */
export const MAX_DEVICES = 20;

/** Maximum number of stopped channels per reader. Beyond it, the oldest one is forgotten. */
export const MAX_STOPPED = 100;

export const keyOfHash = (hash: string): string => `contacts:${hash}`;
export const contactsKey = (reader: string): string => keyOfHash(hashOfReader(reader));

/** The stored document, or an empty one. Throws for a document from a later version, so that it is not overwritten. */
export function parseContacts(reader: string, value: unknown): ContactsDocument {
  if (value === undefined) return { v: DOCUMENT_VERSION, reader, language: 'en', devices: [] };
  return parseStored(contactsDocumentSchema, value, 'the contacts of a reader');
}

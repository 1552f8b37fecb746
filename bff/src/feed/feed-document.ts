import type { IdsDocument, Segment, WithdrawnDocument } from '@tocsin/contracts';

/** A document that a head names; it is written before the head, or with it, and never changed. */
export interface FeedDocument {
  key: string;
  value: Segment | IdsDocument | WithdrawnDocument;
  /** Its size, in about. */
  bytes: number;
  ttlSeconds: number;
}

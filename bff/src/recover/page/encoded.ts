import type { Page, Publication, PublicationsEvent } from '@tocsin/contracts';

interface Encoded {
  json: string;
  bytes: number;
}

/** Publications never change, so each publication in memory is encoded only once. */
const encoded = new WeakMap<Publication, Encoded>();

function encode(publication: Publication): Encoded {
  let cached = encoded.get(publication);
  if (!cached) {
    const json = JSON.stringify(publication);
    cached = { json, bytes: Buffer.byteLength(json) };
    encoded.set(publication, cached);
  }
  return cached;
}

/** Returns a publication's size (bytes) in a JSON list, including the comma. */
export const encodedSizeInList = (publication: Publication): number => encode(publication).bytes + 1;

/** Returns `{ ...more, ...page }` as JSON. */
export function encodePage(page: Page, more: Record<string, unknown> = {}): string {
  const { publications, ...rest } = page;
  return withPublications({ ...more, ...rest }, publications);
}

/** Returns `[name, event]` as JSON. */
export const encodeEvent = (name: string, event: PublicationsEvent): string =>
  `[${JSON.stringify(name)},${encodeEventPayload(event)}]`;

/** Returns the event's payload as JSON. */
export const encodeEventPayload = ({ publications, ...rest }: PublicationsEvent): string =>
  withPublications(rest, publications);

function withPublications(rest: object, publications: readonly Publication[]): string {
  const head = JSON.stringify(rest);
  return `${head.slice(0, -1)},"publications":[${publications.map((publication) => encode(publication).json).join()}]}`;
}

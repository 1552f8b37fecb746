import type { Head, LivePublication, Publication } from '@tocsin/contracts';
import { TIERS } from '../feed/chain.ts';
import { KnownIds } from '../feed/ids.ts';
import type { Commit } from '../feed/plan-commit.ts';

/** Only the small segments at a chain's end are ever taken into a new one. */
const SEGMENTS_HELD = 3 * TIERS;

/**
 * What the host of a feed keeps between turns. Documents are immutable, so what is remembered of one by its key
 * stays true; what was confirmed is remembered by the head.
 */
export class Activation {
  readonly known = new KnownIds();
  readonly segments = new Map<string, readonly Publication[]>();
  #confirmed = '';
  #latest: { of: string; publications: LivePublication[] } | undefined;

  isConfirmed(head: Head): boolean {
    return head.unconfirmed.length === 0 || this.#confirmed === nameOf(head);
  }

  confirm(head: Head): void {
    this.#confirmed = nameOf(head);
  }

  /** The publications that `head` added, if this activation wrote it. */
  publicationsOf(head: Head): LivePublication[] | undefined {
    return this.#latest?.of === nameOf(head) ? this.#latest.publications : undefined;
  }

  /** Remembers a commit that is known to stand. */
  adopt({ head, publications, segment, ids }: Commit): void {
    this.#latest = { of: nameOf(head), publications };
    this.known.replace(head.ids, ids);
    if (segment) this.segments.set(segment.key, segment.publications);
    const named = new Set(head.segments.slice(-SEGMENTS_HELD).map(({ key }) => key));
    for (const key of this.segments.keys()) if (!named.has(key)) this.segments.delete(key);
  }
}

/** After a rollback that nobody noticed an epoch can have a version twice, so the version alone is no name. */
const nameOf = ({ epoch, version, offset, unconfirmed }: Head): string =>
  JSON.stringify([epoch, version, offset, unconfirmed]);

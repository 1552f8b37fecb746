import { pageSchema, type Page, type Position } from '@tocsin/contracts';
import { Failure } from '@tocsin/tools/failure';

const LIMIT = 200;

/** Returns the offsets of publications that are gone from a feed's history, as `<epoch> <offset>`. */
export async function goneOffsets(url: string, feed: string, token: string): Promise<Set<string>> {
  const gone = new Set<string>();
  let position: Position | undefined;
  for (;;) {
    const page = await read(url, feed, token, position);
    for (const { offset, notification } of page.publications) {
      if (notification === null) gone.add(`${page.epoch} ${offset}`);
    }
    const oldest = page.publications[0]?.offset ?? 1;
    if (page.publications.length === 0 || oldest <= 1 || (position && !page.more)) return gone;
    position = { epoch: page.epoch, offset: oldest };
  }
}

async function read(url: string, feed: string, token: string, before: Position | undefined): Promise<Page> {
  const query = new URLSearchParams({ feed, limit: String(LIMIT) });
  if (before) {
    query.set('epoch', before.epoch);
    query.set('before', String(before.offset));
  }
  const response = await fetch(`${url}/app/notifications?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Failure(`the request for the history of ${feed} returned ${response.status}`);
  return pageSchema.parse(await response.json());
}

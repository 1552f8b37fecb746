import { parseJson } from '@tocsin/contracts';
import { decompressDocument } from '@tocsin/service';
import { createClient } from 'redis';

type Client = ReturnType<typeof createClient>;

async function valueOf(client: Client, key: string): Promise<unknown> {
  switch (await client.type(key)) {
    case 'string':
      return client.get(key);
    case 'hash': {
      const { data = '', ...rest } = await client.hGetAll(key);
      // `content` is the decompressed `data`, so that a search also finds text in compressed documents.
      return { ...rest, data, content: await decompressDocument(parseJson(data)) };
    }
    case 'stream':
      return client.xRange(key, '-', '+');
    case 'list':
      return client.lRange(key, 0, -1);
    case 'set':
      return client.sMembers(key);
    case 'zset':
      return client.zRangeWithScores(key, 0, -1);
    default:
      return undefined;
  }
}

/** Finds the keys of all types whose name or value contains `text`. Also searches compressed values. */
export async function keysWith(redisHost: string, text: string): Promise<string[]> {
  const client = createClient({ url: `redis://${redisHost}` });
  await client.connect();
  try {
    const found: string[] = [];
    for await (const keys of client.scanIterator({ COUNT: 1_000 }))
      for (const key of keys)
        if (key.includes(text) || JSON.stringify(await valueOf(client, key))?.includes(text)) found.push(key);
    return found.sort();
  } finally {
    await client.close();
  }
}

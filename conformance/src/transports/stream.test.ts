import { expect, it, onTestFinished, vi } from 'vitest';
import { StreamReader } from './stream.ts';

/** Reads a stream that arrives in these chunks. */
async function read(chunks: string[]) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
  const fetching = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(body));
  onTestFinished(() => fetching.mockRestore());
  const { inbox, otherLines } = await StreamReader.open('http://server', {}, 1_000);
  await vi.waitFor(() => expect(inbox.closeReason).toBe('the server closed the stream'), { interval: 1 });
  return { all: inbox.all, otherLines: otherLines.filter((line) => line !== '') };
}

it.each(['\n', '\r\n', '\r'])(
  'should read events whose lines end with %j, wherever the chunks are divided',
  async (end) => {
    const lines = [
      'retry: 1000',
      '',
      'event: first',
      'id: 1',
      'data: {"a":',
      'data: 1}',
      '',
      'data: {}',
      '',
      '',
    ];
    const stream = lines.join(end);
    const expected = {
      all: [
        { event: 'first', id: '1', data: { a: 1 } },
        { event: 'message', id: undefined, data: {} },
      ],
      otherLines: ['retry: 1000'],
    };
    expect(await read(stream.split(''))).toEqual(expected);
    for (let at = 0; at <= stream.length; at++)
      expect(await read([stream.slice(0, at), stream.slice(at)])).toEqual(expected);
  },
);

export interface StreamEvent {
  event: string;
  id: string | undefined;
  data: Record<string, unknown>;
}

/** Reads an instance's stream event by event. */
export async function readStream(url: string, headers: Record<string, string> = {}) {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const reader = response.ok ? response.body?.pipeThrough(new TextDecoderStream()).getReader() : undefined;
  const comments: string[] = [];
  const waiting: StreamEvent[] = [];
  let buffered = '';

  const take = (block: string): void => {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) comments.push(line);
      else fields.set(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2));
    }
    const [event, data] = [fields.get('event'), fields.get('data')];
    if (event && data)
      waiting.push({ event, id: fields.get('id'), data: JSON.parse(data) as StreamEvent['data'] });
  };

  /** Returns the next event, or `undefined` when the stream ends. */
  const next = async (): Promise<StreamEvent | undefined> => {
    while (waiting.length === 0) {
      // An aborted stream counts as ended.
      const chunk = await reader?.read().catch(() => undefined);
      if (!chunk || chunk.done) return undefined;
      const blocks = (buffered + chunk.value).split('\n\n');
      buffered = blocks.pop() ?? '';
      blocks.forEach(take);
    }
    return waiting.shift();
  };
  return {
    response,
    comments,
    next,
    /** Returns the next event with this name. Skips other events. */
    async nextOf(name: string): Promise<StreamEvent> {
      for (;;) {
        const found = await next();
        if (!found) throw new Error(`the stream ended without ${name}`);
        if (found.event === name) return found;
      }
    },
    close: () => abort.abort(),
  };
}
export type ReadStream = Awaited<ReturnType<typeof readStream>>;

import { Inbox } from '../inbox.ts';

/** Reads server-sent events according to the WHATWG standard, and records them. */
export class StreamReader {
  readonly inbox: Inbox;
  /** Lines outside of events: comments and `retry`. */
  readonly otherLines: string[] = [];
  readonly response: Response;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController, patienceMs: number) {
    this.response = response;
    this.#abort = abort;
    this.inbox = new Inbox(patienceMs);
  }

  /** Opens a stream. The inbox stays empty if the server rejects the request. */
  static async open(url: string, headers: Record<string, string>, patienceMs: number): Promise<StreamReader> {
    const abort = new AbortController();
    // Limits the wait for the headers and, if the server rejects the request, for the body.
    const timer = setTimeout(
      () => abort.abort(new Error(`waited ${patienceMs} ms for the stream's response`)),
      patienceMs,
    ).unref();
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: abort.signal,
    });
    const reader = new StreamReader(response, abort, patienceMs);
    if (response.ok) {
      clearTimeout(timer);
      void reader.#read();
    }
    return reader;
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(): Promise<void> {
    const decode = createDecoder();
    let rest = '';
    try {
      for await (const chunk of this.response.body ?? []) {
        const blocks = (rest + decode(chunk)).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.#record(block);
      }
      this.inbox.closeReason = 'the server closed the stream';
    } catch (error) {
      this.inbox.closeReason = String(error);
    }
  }

  #record(block: string): void {
    let event = 'message';
    let id: string | undefined;
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const [field = '', ...more] = line.split(':');
      const value = more.join(':').replace(/^ /, '');
      if (field === 'event') event = value;
      else if (field === 'id') id = value;
      else if (field === 'data') data.push(value);
      else this.otherLines.push(line);
    }
    if (data.length === 0) return;
    this.inbox.all.push({ event, id, data: JSON.parse(data.join('\n')) as Record<string, unknown> });
  }
}

/**
 * Returns a function that decodes the chunks of a stream. Each CRLF, CR and LF becomes one LF, even if a CRLF is
 * divided between two chunks.
 */
function createDecoder(): (chunk: Uint8Array) => string {
  const decoder = new TextDecoder();
  let isAfterCr = false;
  return (chunk) => {
    const text = decoder.decode(chunk, { stream: true });
    const start = isAfterCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') isAfterCr = text.endsWith('\r');
    return text.slice(start).replaceAll(/\r\n?/g, '\n');
  };
}

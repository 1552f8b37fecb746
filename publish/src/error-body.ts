/** Maximum bytes to read of an error response. A producer's list of 1,000 errors fits. */
const MAX_BYTES = 1024 * 1024;

/** The text of an error response, cut after `MAX_BYTES`, because it may come from any server. */
export async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    if (bytes >= MAX_BYTES) break;
  }
  return text;
}

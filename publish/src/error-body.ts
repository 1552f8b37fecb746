/** Maximum number of bytes to read from an error response. This is enough for a producer's list of 1,000 errors. */
const MAX_BYTES = 1024 * 1024;

/**
 * Returns the text of an error response. Stops reading after `MAX_BYTES`, because any server could have sent the
 * response.
 */
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

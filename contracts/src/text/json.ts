/** Parses JSON. Returns `undefined` for invalid JSON; no valid JSON has this value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

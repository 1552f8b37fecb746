export interface AzureConnectionString {
  /** For example `https://name.webpubsub.azure.com`. */
  endpoint: string;
  connectionString: string;
}

/**
 * Parses `Endpoint=https://…;AccessKey=…;Version=1.0;`.
 * @throws Error that describes the problem but doesn't quote the text, which contains a key
 */
export function parseAzureConnectionString(text: string): AzureConnectionString {
  const connectionString = text.trim();
  const parts = new Map(
    connectionString.split(';').flatMap((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const];
    }),
  );
  const endpoint = parts.get('endpoint') ?? '';
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:')
    throw new Error('it has no Endpoint=https://…');
  if (!parts.get('accesskey')) throw new Error('it has no AccessKey=…');
  return { endpoint: new URL(endpoint).origin, connectionString };
}

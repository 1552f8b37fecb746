const TIMEOUT_MS = 5_000;

/** The JSON that an issuer publishes at `url`. Rejects when it cannot be had. */
export async function fetchKeySet(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`The keys of the issuer: ${url} answered ${response.status}.`);
  return response.json();
}

/** What is looked at, by address. */
export interface Target {
  producer: string;
  bffs: string[];
  /** `name` where it is known before it answers. */
  sidecars: { url: string; name?: string }[];
  redis: { host: string; port: number; username?: string | undefined; password?: string | undefined };
  /** What the sidecars ask for. */
  daprApiToken: string | undefined;
  /** Of a reader, with AUTH_MODE=jwt. */
  token: string | undefined;
  /** Of a publisher, with API_KEYS=on. */
  apiKey: string | undefined;
}

export const bffName = (index: number): string => `bff-${index + 1}`;

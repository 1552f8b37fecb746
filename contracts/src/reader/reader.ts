import { z } from 'zod';
import { feedKey } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { idSchema } from '../text/text.ts';

/** Identifies a browser in deployments without sign-in. */
export const clientIdSchema = idSchema;

/** A reader's name in keys. Contains no `:`, so keys are unique for each reader and feed. */
export const readerKey = (reader: string): string => feedKey(reader).replaceAll(':', '~3A');

/**
 * Documents that belong to a signed-in reader, or to all anonymous readers at an IP address, oldest first. Each item is
 * a key and a creation time (ms since 1970).
 */
export const ledgerSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  documents: z.array(z.tuple([z.string(), z.int().min(0)])),
});
export type Ledger = z.infer<typeof ledgerSchema>;

/** `owner` is a reader's name or IP address. */
export const ledgerKey = (owner: string): string => `documents:${readerKey(owner)}`;

import { z } from 'zod';
import { feedKey } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { idSchema } from '../text/text.ts';

/** Identifies a browser in deployments without sign-in. */
export const clientIdSchema = idSchema;

/** Returns the reader's name for use in storage keys, without `:`, so that keys of a reader and a feed are unique. */
export const readerKey = (reader: string): string => feedKey(reader).replaceAll(':', '~3A');

/**
 * The list of documents that belong to a signed-in reader, or to all anonymous readers with the same IP address, oldest
 * first. Each item consists of a key and a creation time (ms since 1970).
 */
export const ledgerSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  documents: z.array(z.tuple([z.string(), z.int().min(0)])),
});
export type Ledger = z.infer<typeof ledgerSchema>;

/** Returns the key of an owner's ledger. `owner` is a reader's name or an IP address. */
export const ledgerKey = (owner: string): string => `documents:${readerKey(owner)}`;

import { z } from 'zod';
import { feedKey } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { idSchema } from '../text/text.ts';

/** Identifies a browser in deployments without sign-in. */
export const clientIdSchema = idSchema;

/** A reader's name in keys. Contains no `:`, so that the key is unique for each reader and feed. */
export const readerKey = (reader: string): string => feedKey(reader).replaceAll(':', '~3A');

/**
 * The documents of a signed-in reader, or of all readers without sign-in at one IP address, each with its key and
 * creation time (ms since 1970). Oldest first.
 */
export const ledgerSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  documents: z.array(z.tuple([z.string(), z.int().min(0)])),
});
export type Ledger = z.infer<typeof ledgerSchema>;

/** `owner` is a reader's name or an IP address. */
export const ledgerKey = (owner: string): string => `documents:${readerKey(owner)}`;

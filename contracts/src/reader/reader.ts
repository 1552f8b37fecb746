import { z } from 'zod';
import { feedKey } from '../feed/name.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { idSchema } from '../text/text.ts';

/** Identifies a browser in deployments without sign-in. */
export const clientIdSchema = idSchema;

/** A reader's name in keys. It contains no `:`, so that each pair of reader and feed has a key of its own. */
export const readerKey = (reader: string): string => feedKey(reader).replaceAll(':', '~3A');

/**
 * The documents of a signed-in reader, or of the anonymous readers of one address, oldest first: key,
 * and creation time in ms since 1970.
 */
export const ledgerSchema = z.strictObject({
  v: z.literal(DOCUMENT_VERSION),
  documents: z.array(z.tuple([z.string(), z.int().min(0)])),
});
export type Ledger = z.infer<typeof ledgerSchema>;

/** `owner` is the name of a reader, or an address. */
export const ledgerKey = (owner: string): string => `documents:${readerKey(owner)}`;

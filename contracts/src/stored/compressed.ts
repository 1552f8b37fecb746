import { z } from 'zod';

/** Version of compressed documents. 0.1.0 can't read them, so it must take them for documents of a later version. */
export const COMPRESSED_VERSION = 2;

/** Maximum size of a document's JSON in bytes, because the sidecar refuses larger requests. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** The compressed form of a large document: `brotli` is its JSON, compressed with Brotli, in base64. */
export const compressedSchema = z.strictObject({ v: z.literal(COMPRESSED_VERSION), brotli: z.string() });
export type Compressed = z.infer<typeof compressedSchema>;

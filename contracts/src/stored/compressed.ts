import { z } from 'zod';

/**
 * The version of compressed documents. It is higher than `DOCUMENT_VERSION`, so that 0.1.0 reports a compressed
 * document as written by a later version, and not as damaged.
 */
export const COMPRESSED_VERSION = 2;

/** Maximum JSON size of a document in bytes. The sidecar refuses larger requests. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** A large document in compressed form. `brotli` contains the JSON, compressed with Brotli and base64-encoded. */
export const compressedSchema = z.strictObject({ v: z.literal(COMPRESSED_VERSION), brotli: z.string() });
export type Compressed = z.infer<typeof compressedSchema>;

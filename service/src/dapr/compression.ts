import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import {
  COMPRESSED_VERSION,
  DOCUMENT_VERSION,
  MAX_DOCUMENT_BYTES,
  compressedSchema,
  type Compressed,
} from '@tocsin/contracts';

/** Documents smaller than this stay uncompressed: they shrink less, and they are rewritten most often. */
export const MIN_COMPRESSED_BYTES = 4 * 1024;
/** docs/decisions/chains-of-documents.md compares algorithms and levels. */
const QUALITY = 2;
const MIN_WINDOW_BITS = 16;
const MIN_CHUNK_BYTES = 16 * 1024;
const ENVELOPE_BYTES = Buffer.byteLength(JSON.stringify({ v: COMPRESSED_VERSION, brotli: '' }));

// Both run in Node's thread pool.
const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/**
 * Compresses a document. Resolves with the result and the size of its JSON, or with `undefined` if the document is too
 * small or too large, or compression doesn't make it smaller.
 */
export async function compressDocument(
  document: unknown,
): Promise<{ value: Compressed; bytes: number } | undefined> {
  const json = Buffer.from(JSON.stringify(document));
  if (json.length < MIN_COMPRESSED_BYTES || json.length > MAX_DOCUMENT_BYTES) return undefined;
  const brotli = (await compress(json, optionsFor(json.length))).toString('base64');
  const bytes = ENVELOPE_BYTES + brotli.length;
  return bytes < json.length ? { value: { v: COMPRESSED_VERSION, brotli }, bytes } : undefined;
}

/**
 * Makes Brotli's window about as large as the document. The default window of 4 MiB compresses no better, but it counts
 * toward process memory, so V8 would collect garbage every few documents. The chunks are so large that the result
 * usually fits in one, which avoids thread switches.
 */
const optionsFor = (bytes: number) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes,
    [constants.BROTLI_PARAM_LGWIN]: Math.max(MIN_WINDOW_BITS, Math.ceil(Math.log2(bytes))),
  },
  chunkSize: Math.max(MIN_CHUNK_BYTES, bytes >> 1),
});

/**
 * Decompresses a document. If it is not compressed, resolves with `value` itself. If it can't be decompressed, resolves
 * with a placeholder that no schema accepts. The placeholder has the current version, so it isn't mistaken for a later
 * version's document.
 */
export async function decompressDocument(value: unknown): Promise<unknown> {
  if (!isOfCompressedVersion(value)) return value;
  const { success, data } = compressedSchema.safeParse(value);
  if (!success) return value;
  try {
    const bytes = Buffer.from(data.brotli, 'base64');
    const json = await decompress(bytes, {
      maxOutputLength: MAX_DOCUMENT_BYTES,
      chunkSize: Math.max(MIN_CHUNK_BYTES, 4 * bytes.length),
    });
    return JSON.parse(json.toString()) as unknown;
  } catch (error) {
    return { v: DOCUMENT_VERSION, unreadable: String(error) };
  }
}

const isOfCompressedVersion = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'v' in value && value.v === COMPRESSED_VERSION;

import { brotliCompressSync } from 'node:zlib';
import { COMPRESSED_VERSION, MAX_DOCUMENT_BYTES, isOfLaterVersion, segmentSchema } from '@tocsin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIN_COMPRESSED_BYTES, compressDocument, decompressDocument } from './compression.ts';

const sizeOf = (document: unknown): number => Buffer.byteLength(JSON.stringify(document));
const storedAs = (bytes: Buffer | string) => ({
  v: COMPRESSED_VERSION,
  brotli: Buffer.from(bytes).toString('base64'),
});

/** Text with arbitrary code points, including lone surrogates. */
const text = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
    fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)),
  ),
});

describe('a compressed document', () => {
  it('should decompress to the original, regardless of its text', async () => {
    const documents = fc.record({ texts: fc.array(text, { maxLength: 20 }), rest: fc.jsonValue() });
    await fc.assert(
      fc.asyncProperty(documents, async (document) => {
        const plain = { ...document, filler: 'Padding to make it large enough. '.repeat(200) };
        const stored = await compressDocument(plain);
        expect(stored?.value).toHaveProperty('brotli');
        // Redis stores the value as JSON.
        const read: unknown = JSON.parse(JSON.stringify(stored?.value));
        expect(await decompressDocument(read)).toEqual(JSON.parse(JSON.stringify(plain)));
      }),
    );
  });

  it('should be smaller than the original, and be returned with the size of its JSON', async () => {
    const document = { sentences: Array.from({ length: 200 }, (_, n) => `Invoice ${n} is due`) };
    const stored = await compressDocument(document);
    expect(stored?.bytes).toBe(sizeOf(stored?.value));
    expect(stored?.bytes).toBeLessThan(sizeOf(document));
  });

  it('should be created only for large documents that fit into a request', async () => {
    const documentOfSize = (bytes: number) => 'a'.repeat(bytes - 2);
    const sizes = [
      MIN_COMPRESSED_BYTES - 1,
      MIN_COMPRESSED_BYTES,
      MAX_DOCUMENT_BYTES,
      MAX_DOCUMENT_BYTES + 1,
    ];
    const stored = await Promise.all(sizes.map((bytes) => compressDocument(documentOfSize(bytes))));
    expect(stored.map((document) => document !== undefined)).toEqual([false, true, true, false]);
    expect(await decompressDocument(stored[2]?.value)).toHaveLength(MAX_DOCUMENT_BYTES - 2);
  });

  it('should not be created if compression does not make the document smaller', async () => {
    const random = crypto.getRandomValues(Buffer.alloc(8_192)).toString('base64');
    expect(await compressDocument({ random })).toBeUndefined();
  });
});

describe('decompression', () => {
  const plain = { v: 1, publications: [] };

  it('should return uncompressed documents unchanged', async () => {
    const fromLaterVersion = { ...storedAs(''), dictionary: 7 };
    for (const value of [plain, undefined, null, 'text', 7, { v: 2, publications: [] }, fromLaterVersion])
      expect(await decompressDocument(value)).toBe(value);
  });

  it('should support any quality level, so that a later version can choose a different one', async () => {
    expect(await decompressDocument(storedAs(brotliCompressSync(JSON.stringify(plain))))).toEqual(plain);
  });

  it.each([
    ['not base64', { v: COMPRESSED_VERSION, brotli: '???' }],
    ['not compressed', storedAs('{"v":1,"publications":[]}')],
    ['truncated', storedAs(brotliCompressSync(JSON.stringify(plain)).subarray(0, -3))],
    ['invalid JSON after decompression', storedAs(brotliCompressSync('{"v":1,'))],
    [
      'too large after decompression',
      storedAs(brotliCompressSync(JSON.stringify(plain).padEnd(MAX_DOCUMENT_BYTES + 1))),
    ],
  ])('should treat a document that is %s as damaged, not as written by a later version', async (_, value) => {
    const read = await decompressDocument(value);
    const { error } = segmentSchema.safeParse(read);
    if (!error) throw new Error('The schema accepts the document.');
    expect([isOfLaterVersion(error, read), isOfLaterVersion(error)]).toEqual([false, false]);
  });
});

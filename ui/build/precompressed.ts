import { constants } from 'node:zlib';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';

/** Compresses text assets to .br and .gz at build time so that serving them costs no CPU. */
export const precompressed = compression({
  include: /\.(?:js|css|html|svg|json|webmanifest)$/,
  threshold: 512,
  algorithms: [
    defineAlgorithm('gzip', { level: constants.Z_BEST_COMPRESSION }),
    defineAlgorithm('brotliCompress', {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
    }),
  ],
});

import { constants } from 'node:zlib';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';

/** Each text asset again as .br and .gz, made once by the build, so that serving it costs no CPU. */
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

import { createFormats, readerLocale } from './time.ts';

/** Formats in the reader's locale. */
export const formats = createFormats(readerLocale());

import { createFormats, readerLocale } from './time.ts';

/** Times in the locale of whoever reads this page. */
export const formats = createFormats(readerLocale());

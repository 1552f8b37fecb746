const rate = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** A rate, with one decimal while it is small. */
export const formatRate = (value: number): string => (value < 100 ? rate : whole).format(value);

/** A duration in ms, with one decimal while it is small; a dash if unknown. */
export const formatLatency = (ms: number | null): string =>
  ms === null ? '–' : `${(ms < 10 ? rate : whole).format(ms)} ms`;

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Date and time, to the second. */
export const formatTime = (ms: number): string => time.format(ms);

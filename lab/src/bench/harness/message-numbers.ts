/** The marker before each message number. It doesn't occur anywhere else in peers' data. */
const MARKER = Buffer.from('@@');
const DIGITS = 8;
const ZERO = '0'.charCodeAt(0);

/** Returns the text of message `n` with a length of `bytes`. */
export const textOf = (n: number, bytes: number): string =>
  `@@${String(n).padStart(DIGITS, '0')} `.padEnd(bytes, 'notification ');

/** Calls `found` with each message number in `data`, in order. */
export function forEachMessageNumber(data: Buffer, found: (n: number) => void): void {
  for (let at = data.indexOf(MARKER); at >= 0; at = data.indexOf(MARKER, at + DIGITS)) {
    let n = 0;
    for (let i = at + 2; i < at + 2 + DIGITS; i++) n = n * 10 + (data[i] as number) - ZERO;
    found(n);
  }
}

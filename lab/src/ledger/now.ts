/** Milliseconds since 1970 with their fractions. */
export const now = (): number => performance.timeOrigin + performance.now();

/**
 * Maximum nesting depth of a JSON value. JSON.parse accepts deeper values, but recursive functions such as
 * JSON.stringify would overflow the stack with them.
 */
export const MAX_JSON_DEPTH = 100;

/** True if arrays and objects are nested deeper than `MAX_JSON_DEPTH`. Checks level by level to avoid recursion. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MAX_JSON_DEPTH; depth++) {
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? (Object.values(item) as unknown[]) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

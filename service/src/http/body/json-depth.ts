/**
 * Maximum nesting depth of a JSON value. JSON.parse accepts deeper values, but they would make recursive functions such
 * as JSON.stringify overflow the stack.
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

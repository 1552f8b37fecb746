/** Whether `name` matches `pattern`. A trailing `*` matches any suffix. No other characters are special. */
export const matchesPattern = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

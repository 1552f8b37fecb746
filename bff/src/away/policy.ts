import { matchesPattern, type Fallback, type Notification, type Severity } from '@tocsin/contracts';

/** Fallbacks for notifications that match all given conditions. */
export interface FallbackPolicy {
  /** Feed patterns, such as `user:*`. */
  feeds?: readonly string[] | undefined;
  severities?: readonly Severity[] | undefined;
  categories?: readonly string[] | undefined;
  fallback: readonly Fallback[];
}

export const policyOf =
  (policies: readonly FallbackPolicy[]) =>
  ({ feed, severity, category }: Notification): readonly Fallback[] =>
    policies.find(
      ({ feeds, severities, categories }) =>
        (feeds?.some((pattern) => matchesPattern(pattern, feed)) ?? true) &&
        (severities?.includes(severity) ?? true) &&
        (categories === undefined || (category !== undefined && categories.includes(category))),
    )?.fallback ?? [];

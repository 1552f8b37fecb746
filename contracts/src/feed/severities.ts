/** From the least to the most urgent. Apart from the schemas, so that browsers load none of these. */
export const SEVERITIES = ['info', 'success', 'warning', 'error'] as const;

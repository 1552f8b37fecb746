/** All severities, least urgent first. Separate from the schemas so that browsers don't load the schema library. */
export const SEVERITIES = ['info', 'success', 'warning', 'error'] as const;

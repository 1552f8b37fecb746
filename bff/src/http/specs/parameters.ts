import {
  DEFAULT_FEED,
  MAX_QUERY_LENGTH,
  MAX_SEARCH_VALUES,
  SEARCH_STATES,
  categorySchema,
  clientIdSchema,
  feedSchema,
  severitySchema,
} from '@tocsin/contracts';
import { parameterSchema } from './schemas.ts';

export const query = (name: string, description: string, schema: object) => ({
  ...{ name, in: 'query', description, schema },
});
export const feed = query('feed', 'The feed.', { ...parameterSchema(feedSchema), default: DEFAULT_FEED });
export const clientId = query(
  'clientId',
  'Identifies a browser whose reader is not signed in.',
  parameterSchema(clientIdSchema),
);
export const offset = (minimum: number) => ({ type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER });

/** Describes a parameter whose values are separated by commas. */
const list = (name: string, description: string, items: object) => ({
  ...query(name, description, { type: 'array', items, minItems: 1, maxItems: MAX_SEARCH_VALUES }),
  ...{ style: 'form', explode: false },
});

/** Any of these parameters makes `GET /app/notifications` a search. */
export const searchParameters = [
  query('q', 'Search: words in the title, body, source, category or action labels.', {
    ...{ type: 'string', maxLength: MAX_QUERY_LENGTH },
  }),
  query('state', 'Search: the place in the inbox.', { type: 'string', enum: SEARCH_STATES, default: 'any' }),
  list('severity', 'Search: the severities.', parameterSchema(severitySchema)),
  list('source', 'Search: the sources.', { type: 'string', minLength: 1, maxLength: 80 }),
  list('category', 'Search: the categories.', parameterSchema(categorySchema)),
  query('cursor', 'Search: the cursor from the last response, to continue.', { type: 'string' }),
];

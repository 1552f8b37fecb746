import type { Tell } from '../away/fallbacks/tell.ts';
import type { AppContext } from './context.ts';

/** Publishes receipts for other applications; `undefined` if the deployment does not want that. */
export const tellOf = ({ config, backend }: Pick<AppContext, 'config' | 'backend'>): Tell | undefined =>
  config.RECEIPTS_TOPIC === 'on' ? (event) => backend.tell(event) : undefined;

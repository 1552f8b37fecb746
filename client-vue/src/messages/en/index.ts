import { bell } from './bell.ts';
import { common } from './common.ts';
import { connection } from './connection.ts';
import { severities } from './severities.ts';

/** The bell's English strings, grouped by part of the page. `late.ts` has the strings for parts that load later. */
export const en = { bell, common, connection, severities };

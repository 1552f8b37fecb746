import { bell } from './bell.ts';
import { common } from './common.ts';
import { connection } from './connection.ts';
import { severities } from './severities.ts';

/** The bell's English strings, by part of the page. Strings of parts that load later are in `late.ts`. */
export const en = { bell, common, connection, severities };

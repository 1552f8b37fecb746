import type { Messages } from '../messages.ts';
import { bell } from './bell.ts';
import { connection } from './connection.ts';

/** All texts of this package in German. */
export const de: Messages = { bell, connection };

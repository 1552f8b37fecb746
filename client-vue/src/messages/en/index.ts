import { bell } from './bell.ts';
import { connection } from './connection.ts';

/** All texts of this package in English, by part of the page. */
export const en = { bell, connection };

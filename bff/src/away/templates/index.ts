/** The e-mail templates. For tools. */
export * from './samples.ts';
export * from './sources.ts';
export * from './templates.ts';

/** The e-mail templates, for tools. */
export * from './samples.ts';
export * from './sources.ts';
export * from './templates.ts';

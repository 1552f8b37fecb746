/** The templates of e-mails, for tools. */
export * from './samples.ts';
export * from './sources.ts';
export * from './templates.ts';

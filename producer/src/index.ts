/** The producer as a library, for tools that run it in their own process. */
export * from './app.ts';
export * from './config.ts';
export * from './memory/announcer.ts';
export * from './memory/entries.ts';
export * from './memory/jobs.ts';
export * from './memory/key-use-store.ts';
export * from './memory/known-keys.ts';
export * from './memory/soon-store.ts';

/** The producer as a library, for tools that run it in-process. */
export * from './app.ts';
export type { Backend } from './backend.ts';
export * from './config.ts';
export * from './memory/announcer.ts';
export * from './memory/due-window-store.ts';
export * from './memory/jobs.ts';
export * from './memory/key-use-store.ts';
export * from './memory/known-keys.ts';
export * from './memory/schedule-index-store.ts';
export { openApiDocument } from './receive/openapi/openapi.ts';

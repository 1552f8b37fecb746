/** The bff as a library, for tools that run it in-process. */
export * from './app.ts';
export * from './backend.ts';
export * from './config.ts';
export * from './memory/backend.ts';
export * from './ops/audit.ts';
export type { AuditReader, StoredAuditRecord } from './ops/ports.ts';
export * from './redis/audit-client.ts';
export * from './redis/audit-reader.ts';

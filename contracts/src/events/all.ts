/** All events that the bff sends to browsers. To add an event, create a file for it and list it here. */
export * from './closing.ts';
export * from './draining.ts';
export * from './inbox.ts';
export * from './mutes.ts';
export * from './position.ts';
export * from './preferences.ts';
export * from './publications.ts';
export * from './read.ts';
export * from './retracted.ts';
export * from './snooze-due.ts';
export * from './token-expiring.ts';

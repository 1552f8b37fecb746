/** A double-entry account of deliveries: what was acknowledged on one side, what was shown on the other. */
export { audit, isClean, longestPause, type Account } from './audit.ts';
export { Caller, makeNotifications, type CallerOptions } from './caller.ts';
export { Observer, type Gap, type Gone, type ObserverOptions, type Shown } from './observer.ts';

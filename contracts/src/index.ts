/**
 * The words of Tocsin, used everywhere with this meaning and no other:
 *
 * - **Notification**: the content that a person reads.
 * - **Claim check**: deposit the payload, announce a reference to it, claim the payload.
 *   **Entry**: the deposited payload. **Announcement**: the event that carries the reference, a doorbell
 *   and nothing more. **Claim**: the atomic pop of the entry.
 * - **Feed**: the ordered log of one audience, and the id of the actor that writes it.
 * - **Publication**: a notification at its **Position** `{epoch, offset}` in a feed.
 * - **Retraction**, **Erasure**: changes of what a feed holds; they travel in entries, in order with notifications.
 * - **Recovery**: what a client that was away asks for with its position.
 * - **Gateway**: the socket.io server of one instance. **Broadcaster**: what carries publications to the
 *   gateways of all instances.
 */
export * from './api-keys.ts';
export * from './audit.ts';
export * from './bidi.ts';
export * from './change.ts';
export * from './claim-check.ts';
export * from './later-version.ts';
export * from './feed-log.ts';
export * from './feed-name.ts';
export * from './feed-pattern.ts';
export * from './identity.ts';
export * from './json.ts';
export * from './known-keys.ts';
export * from './limits.ts';
export * from './names.ts';
export * from './notification.ts';
export * from './ops.ts';
export * from './page.ts';
export * from './problem.ts';
export * from './publication.ts';
export * from './read.ts';
export * from './unread.ts';
export * from './refused-event.ts';
export * from './revocation.ts';
export * from './schedule.ts';
export * from './set-aside.ts';
export * from './socket-events.ts';
export * from './text.ts';
export * from './time.ts';
export * from './traces.ts';

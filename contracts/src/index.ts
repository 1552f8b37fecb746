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
export * from './limits.ts';
export * from './names.ts';
export * from './claim-check/change.ts';
export * from './claim-check/claim-check.ts';
export * from './claim-check/refused-event.ts';
export * from './claim-check/traces.ts';
export * from './events/all.ts';
export * from './events/registry.ts';
export * from './events/schema.ts';
export * from './events/server-event.ts';
export * from './feed/name.ts';
export * from './feed/notification.ts';
export * from './feed/page.ts';
export * from './feed/pattern.ts';
export * from './feed/publication.ts';
export * from './feed/severities.ts';
export * from './http/problem.ts';
export * from './ops/api-keys.ts';
export * from './ops/audit.ts';
export * from './ops/dead-letters.ts';
export * from './ops/instances.ts';
export * from './ops/known-keys.ts';
export * from './ops/revocation.ts';
export * from './ops/snapshot-times.ts';
export * from './reader/identity.ts';
export * from './reader/mutes.ts';
export * from './reader/read.ts';
export * from './reader/reader.ts';
export * from './reader/unread.ts';
export * from './socket/requests.ts';
export * from './socket/stream-query.ts';
export * from './stored/feed-log.ts';
export * from './stored/later-version.ts';
export * from './stored/schedule.ts';
export * from './stored/set-aside.ts';
export * from './text/bidi.ts';
export * from './text/json.ts';
export * from './text/safe-link.ts';
export * from './text/text.ts';
export * from './text/time.ts';

/** Names that the applications share with `components/`, `dapr.yaml` and `k8s/`; a test holds them together. */
export const APP_IDS = { producer: 'producer', bff: 'bff' } as const;

export const ACTOR_TYPE = 'Feed';

export const COMPONENTS = {
  entries: 'notification-entries',
  pubsub: 'notification-pubsub',
  deadLetters: 'notification-deadletters',
  state: 'notification-state',
} as const;

export const TOPICS = {
  announcements: 'notification-announcements',
  deadAnnouncements: 'notification-announcements-dead',
} as const;

export const SOCKET_PATH = '/hubs';

/** Version of every stored document; a reader refuses a version that it does not know. */
export const DOCUMENT_VERSION = 1;

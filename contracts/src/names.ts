/** Names that the applications share with `components/`, `dapr.yaml` and `k8s/`; a test holds them together. */
export const APP_IDS = { producer: 'producer', bff: 'bff' } as const;

export const ACTOR_TYPE = 'Feed';
export const PARTITION_ACTOR_TYPE = 'Partition';

export const COMPONENTS = {
  entries: 'notification-entries',
  pubsub: 'notification-pubsub',
  deadLetters: 'notification-deadletters',
  state: 'notification-state',
  audit: 'notification-audit',
} as const;

/**
 * Secrets of the applications: each comes from a store that only the sidecar of its application loads. The names are
 * such that every kind of store can have them.
 */
export const SECRETS = {
  /** Text of at least 32 bytes with which tokens are signed (HS256). */
  jwt: { store: 'notification-secrets', name: 'jwt' },
  /** The connection string of Azure Web PubSub for Socket.IO. */
  azure: { store: 'notification-secrets', name: 'azure' },
  /**
   * Text of at least 32 bytes, or several with commas between, the newest first: with it the bffs sign what they say to
   * each other and to the producer.
   */
  internal: { store: 'notification-secrets', name: 'internal' },
  /** The same for the producer, which checks with it what the bff sends. */
  internalOfProducer: { store: 'notification-keys', name: 'internal' },
  /** JSON: the records of `apiKeysSchema`. */
  apiKeys: { store: 'notification-keys', name: 'apikeys' },
} as const;

export const TOPICS = {
  partitionAnnouncements: 'notification-partitions',
  deadPartitionAnnouncements: 'notification-partitions-dead',
  /** Of 0.1.0, whose announcements name a feed. */
  announcements: 'notification-announcements',
  deadAnnouncements: 'notification-announcements-dead',
  /** Open to every application: a CloudEvent with a notification, or an array of them. */
  notifications: 'notifications',
  deadNotifications: 'notifications-dead',
  refusedNotifications: 'notifications-refused',
  auditActs: 'notification-audit',
  auditPublications: 'notification-audit-publications',
  auditRefusals: 'notification-audit-refusals',
} as const;

/** The topic of each stream of the audit trail, and so its key in Redis. */
export const AUDIT_TOPICS = {
  acts: TOPICS.auditActs,
  publications: TOPICS.auditPublications,
  refusals: TOPICS.auditRefusals,
} as const;

/** The Redis stream that carries publications to the gateways of all instances; no component of Dapr. */
export const BROADCAST_STREAM = 'tocsin:publications';

export const SOCKET_PATH = '/hubs';

export const DEFAULT_FEED = 'all';

/** Version of every stored document; a reader refuses a version that it does not know. */
export const DOCUMENT_VERSION = 1;

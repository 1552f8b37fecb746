/** Names that the applications share with `components/`, `dapr.yaml` and `k8s/`. A test checks that they match. */
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
 * The applications' secrets. Each one is read from a secret store that only its application's sidecar loads. The names
 * are valid in every kind of secret store.
 */
export const SECRETS = {
  /** String of at least 32 bytes that signs tokens (HS256). */
  jwt: { store: 'notification-secrets', name: 'jwt' },
  /** The connection string of Azure Web PubSub for Socket.IO. */
  azure: { store: 'notification-secrets', name: 'azure' },
  /**
   * String of at least 32 bytes, or several separated by commas, newest first. The bffs sign their calls to each other
   * and to the producer with it.
   */
  internal: { store: 'notification-secrets', name: 'internal' },
  /** URL of the SMTP server with credentials, for the channel `email`. */
  smtp: { store: 'notification-secrets', name: 'smtp' },
  /** RSA key in PEM format that signs e-mail. */
  dkim: { store: 'notification-secrets', name: 'dkim' },
  /** JSON with `publicKey` and `privateKey`, as `npm run vapid` prints it, for the channel `push`. */
  vapid: { store: 'notification-secrets', name: 'vapid' },
  /** Signs requests of the channel `webhook`: `whsec_` followed by 24 to 64 bytes in base64. */
  webhook: { store: 'notification-secrets', name: 'webhook' },
  /** The same string as `internal`, for the producer, which verifies the bff's calls with it and signs its own. */
  internalOfProducer: { store: 'notification-keys', name: 'internal' },
  /** JSON: records that match `apiKeysSchema`. */
  apiKeys: { store: 'notification-keys', name: 'apikeys' },
} as const;

export const TOPICS = {
  partitionAnnouncements: 'notification-partitions',
  deadPartitionAnnouncements: 'notification-partitions-dead',
  /** Topics of version 0.1.0, whose announcements name a feed. */
  announcements: 'notification-announcements',
  deadAnnouncements: 'notification-announcements-dead',
  /**
   * A topic for all applications. An event on it is a CloudEvent with one notification or an array of notifications.
   */
  notifications: 'notifications',
  deadNotifications: 'notifications-dead',
  refusedNotifications: 'notifications-refused',
  /** Receipts, for the applications that the deployment allows to subscribe; see the bff's RECEIPTS_TOPIC. */
  receipts: 'notification-receipts',
  auditActs: 'notification-audit',
  auditPublications: 'notification-audit-publications',
  auditRefusals: 'notification-audit-refusals',
} as const;

/** The topic of each audit stream, and also the stream's Redis key. */
export const AUDIT_TOPICS = {
  acts: TOPICS.auditActs,
  publications: TOPICS.auditPublications,
  refusals: TOPICS.auditRefusals,
} as const;

/** The Redis stream that carries publications to the gateways of all instances. No Dapr component uses it. */
export const BROADCAST_STREAM = 'tocsin:publications';

export const SOCKET_PATH = '/hubs';

export const DEFAULT_FEED = 'all';

/** Version of all stored documents. An instance rejects documents with a later version. */
export const DOCUMENT_VERSION = 1;

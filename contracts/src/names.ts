/**
 * Names that the applications share with `components/`, `dapr.yaml` and `k8s/`. A test checks that
 * they are equal.
 */
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
 * Secrets of the applications. Each comes from a secret store that only the sidecar of its
 * application loads. The names are valid in every kind of secret store.
 */
export const SECRETS = {
  /** Text of at least 32 bytes that signs tokens (HS256). */
  jwt: { store: 'notification-secrets', name: 'jwt' },
  /** The connection string of Azure Web PubSub for Socket.IO. */
  azure: { store: 'notification-secrets', name: 'azure' },
  /**
   * Text of at least 32 bytes, or several separated by commas, the newest first. The bffs use it to
   * sign their calls to each other and to the producer.
   */
  internal: { store: 'notification-secrets', name: 'internal' },
  /** URL of the SMTP server with its login, for the channel `email`. */
  smtp: { store: 'notification-secrets', name: 'smtp' },
  /** RSA key in PEM that signs e-mail. */
  dkim: { store: 'notification-secrets', name: 'dkim' },
  /** JSON with `publicKey` and `privateKey`, as `npm run vapid` prints it, for the channel `push`. */
  vapid: { store: 'notification-secrets', name: 'vapid' },
  /** Signs requests of the channel `webhook`: `whsec_` and base64 of 24 to 64 bytes. */
  webhook: { store: 'notification-secrets', name: 'webhook' },
  /** The same text for the producer, which uses it to verify calls from the bff. */
  internalOfProducer: { store: 'notification-keys', name: 'internal' },
  /** JSON: the records of `apiKeysSchema`. */
  apiKeys: { store: 'notification-keys', name: 'apikeys' },
} as const;

export const TOPICS = {
  partitionAnnouncements: 'notification-partitions',
  deadPartitionAnnouncements: 'notification-partitions-dead',
  /** Topics of 0.1.0, whose announcements name a feed. */
  announcements: 'notification-announcements',
  deadAnnouncements: 'notification-announcements-dead',
  /** Open to every application: a CloudEvent with one notification or an array of notifications. */
  notifications: 'notifications',
  deadNotifications: 'notifications-dead',
  refusedNotifications: 'notifications-refused',
  /** Receipts for applications that the deployment lets subscribe; see RECEIPTS_TOPIC of the bff. */
  receipts: 'notification-receipts',
  auditActs: 'notification-audit',
  auditPublications: 'notification-audit-publications',
  auditRefusals: 'notification-audit-refusals',
} as const;

/** The topic of each audit stream. It is also the Redis key of the stream. */
export const AUDIT_TOPICS = {
  acts: TOPICS.auditActs,
  publications: TOPICS.auditPublications,
  refusals: TOPICS.auditRefusals,
} as const;

/** The Redis stream that carries publications to the gateways of all instances. No Dapr component uses it. */
export const BROADCAST_STREAM = 'tocsin:publications';

export const SOCKET_PATH = '/hubs';

export const DEFAULT_FEED = 'all';

/** Version of every stored document. An instance refuses documents of a later version. */
export const DOCUMENT_VERSION = 1;

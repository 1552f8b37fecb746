/** Names that the applications share with `components/`, `dapr.yaml` and `k8s/`. A test checks that the names match. */
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
 * The applications' secrets. Each application's secrets come from a secret store that only the application's own
 * sidecar loads. The names are valid in every kind of secret store.
 */
export const SECRETS = {
  /** String of at least 32 bytes that signs tokens (HS256). */
  jwt: { store: 'notification-secrets', name: 'jwt' },
  /** The connection string of Azure Web PubSub for Socket.IO. */
  azure: { store: 'notification-secrets', name: 'azure' },
  /**
   * One or more strings of at least 32 bytes, separated by commas, newest first. The bffs use them to sign calls to
   * each other and to the producer.
   */
  internal: { store: 'notification-secrets', name: 'internal' },
  /** SMTP server URL with credentials for the `email` channel. */
  smtp: { store: 'notification-secrets', name: 'smtp' },
  /** RSA key in PEM format for signing e-mail. */
  dkim: { store: 'notification-secrets', name: 'dkim' },
  /** JSON with `publicKey` and `privateKey` for the `push` channel, as printed by `npm run vapid`. */
  vapid: { store: 'notification-secrets', name: 'vapid' },
  /** Signs webhook requests. `whsec_` followed by 24 to 64 bytes in base64. */
  webhook: { store: 'notification-secrets', name: 'webhook' },
  /** Same value as `internal`. The producer uses it to verify calls from the bff and to sign calls to the bff. */
  internalOfProducer: { store: 'notification-keys', name: 'internal' },
  /** JSON matching `apiKeysSchema`. */
  apiKeys: { store: 'notification-keys', name: 'apikeys' },
} as const;

// Constants, because bundlers keep an object whose properties a module reads. If `AUDIT_TOPICS` read these names from
// `TOPICS`, browsers would load topics that they don't need.
const AUDIT_ACTS = 'notification-audit';
const AUDIT_PUBLICATIONS = 'notification-audit-publications';
const AUDIT_REFUSALS = 'notification-audit-refusals';

export const TOPICS = {
  partitionAnnouncements: 'notification-partitions',
  deadPartitionAnnouncements: 'notification-partitions-dead',
  /** The topics of 0.1.0, whose announcements identify a feed instead of a partition. */
  announcements: 'notification-announcements',
  deadAnnouncements: 'notification-announcements-dead',
  /**
   * The topic on which other applications publish notifications. Each event is a CloudEvent with a notification or an
   * array of notifications.
   */
  notifications: 'notifications',
  deadNotifications: 'notifications-dead',
  refusedNotifications: 'notifications-refused',
  /**
   * Receipts, for applications that the deployment allows to subscribe. See the setting `RECEIPTS_TOPIC` of the bff.
   */
  receipts: 'notification-receipts',
  auditActs: AUDIT_ACTS,
  auditPublications: AUDIT_PUBLICATIONS,
  auditRefusals: AUDIT_REFUSALS,
} as const;

/** The topics for the audit streams. Each topic is also the stream's Redis key. */
export const AUDIT_TOPICS = {
  acts: AUDIT_ACTS,
  publications: AUDIT_PUBLICATIONS,
  refusals: AUDIT_REFUSALS,
} as const;

/** The Redis stream that carries publications to all instances' gateways. No Dapr component uses it. */
export const BROADCAST_STREAM = 'tocsin:publications';

export const SOCKET_PATH = '/hubs';

export const DEFAULT_FEED = 'all';

/** Version of stored documents. Instances reject documents with a later version. */
export const DOCUMENT_VERSION = 1;

export const PORTS = [
  /** The producer with and without API keys. */
  'producer',
  'openProducer',
  'producerInternal',
  'openProducerInternal',
  /** The bff with and without tokens. */
  'bff',
  'openBff',
  'bffInternal',
  'openBffInternal',
  'ui',
] as const;
export type PortName = (typeof PORTS)[number];
export type Ports = Record<PortName, number>;

/** The path that a sidecar delivers events to. */
export const KNOWN_SUBSCRIPTION = '/subscriptions/known';

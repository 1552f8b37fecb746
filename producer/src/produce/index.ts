/** produce → deposit → announce: the rules of the producer and the ports that they need. */
export * from './complete.ts';
export * from './ports.ts';
export * from './producer.ts';

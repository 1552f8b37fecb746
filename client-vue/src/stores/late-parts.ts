export { useLiveMessages } from '../toasts/speech/live-messages.ts';
export { useToasts } from '../toasts/store.ts';
export * from './reader/interrupt.ts';
export { useReader } from './reader/reader.ts';

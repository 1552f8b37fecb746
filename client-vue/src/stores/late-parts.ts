export { useLiveMessages } from '../toasts/speech/live-messages.ts';
export { useToasts } from '../toasts/store.ts';
export { useInterruptions } from './reader/interruptions.ts';
export { useReader } from './reader/reader.ts';

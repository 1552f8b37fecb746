export { createPublisher } from './publisher.ts';
export { PublishError, type PublishErrorCode } from './publish-error.ts';
export type { NotificationInput, Publisher, PublisherOptions } from './types.ts';

import './styles/tokens.css';
import './styles/base.css';

export * from './use-notifications.ts';
export { default as NotificationBell } from './inbox/NotificationBell.vue';
export { default as NotificationInbox } from './inbox/NotificationInbox.vue';
export { default as NotificationList } from './inbox/NotificationList.vue';
export { default as NotificationToasts } from './toasts/NotificationToasts.vue';
export { default as NotificationRow } from './inbox/NotificationRow.vue';
export { default as ToastCard } from './toasts/ToastCard.vue';
export { default as IsolatedText } from './components/IsolatedText.vue';
export { default as AppIcon } from './components/AppIcon.vue';
export { safeStorage } from './stores/storage.ts';
export { toastOf } from './toasts/toast-of.ts';

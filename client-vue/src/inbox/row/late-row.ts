export { default as NotificationActions } from '../../components/NotificationActions.vue';
export { default as RowButtons } from './RowButtons.vue';
export { default as RowMenu } from './RowMenu.vue';

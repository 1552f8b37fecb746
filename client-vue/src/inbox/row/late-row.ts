export { default as RowButtons } from './RowButtons.vue';
export { default as RowMenu } from './RowMenu.vue';

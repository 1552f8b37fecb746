/** Re-exports `@tocsin/client-vue` for apps that import the components from `@tocsin/client/vue`. */
export * from '@tocsin/client-vue';

/** Re-exports `@tocsin/client-vue` for apps that import its components from `@tocsin/client/vue`. */
export * from '@tocsin/client-vue';

/** The components of `@tocsin/client-vue` under the name that they had before they were a package of their own. */
export * from '@tocsin/client-vue';

import manifest from '../../package.json' with { type: 'json' };

/** The version of Tocsin, from the root package. */
export const VERSION: string = manifest.version;

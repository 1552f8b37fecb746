import manifest from '../../package.json' with { type: 'json' };

/** The version of the product, from the package of this code. */
export const VERSION: string = manifest.version;

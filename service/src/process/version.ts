import manifest from '../../package.json' with { type: 'json' };

/** The product's version, from the package that this code is part of. */
export const VERSION: string = manifest.version;

/** Where the constants are kept, within the repository. */
export const CONSTANTS_FILE = 'bench/capacity/constants.json';

/** The path of the constants in the repository. */
export const CONSTANTS_FILE = 'bench/capacity/constants.json';

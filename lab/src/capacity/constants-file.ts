export const CONSTANTS_FILE = 'bench/capacity/constants.json';

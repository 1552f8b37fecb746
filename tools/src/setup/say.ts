/** Prints one progress line to the terminal. */
export type Say = (line: string) => void;

export const sayNothing: Say = () => undefined;

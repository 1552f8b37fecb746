/** Prints a line of progress to the terminal. */
export type Say = (line: string) => void;

export const sayNothing: Say = () => undefined;

/** Tells the person at the terminal one line of what is going on. */
export type Say = (line: string) => void;

export const sayNothing: Say = () => undefined;

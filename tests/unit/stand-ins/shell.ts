/** A word for a shell script, whatever is in it: a checkout may lie in a path with blanks and quotes. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

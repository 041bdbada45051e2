/** What was thrown, in words: an error's message without its kind. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

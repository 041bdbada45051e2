/** What was thrown, in words: an error's message without its kind. An event of a socket that failed counts as an error. */
export const messageOf = (thrown: unknown): string => (hasMessage(thrown) ? thrown.message : String(thrown))

const hasMessage = (thrown: unknown): thrown is { message: string } =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string'

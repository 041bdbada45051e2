/** The message of anything that was thrown, without the error's class. The event of a failed socket has a message, too. */
export const messageOf = (thrown: unknown): string => (hasMessage(thrown) ? thrown.message : String(thrown))

const hasMessage = (thrown: unknown): thrown is { message: string } =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string'

/** Code of a system error such as `ENOSPC`; null for any other error. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

const CAUSES: Record<string, string> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than this system allows',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is missing',
  EPERM: 'the system does not permit it',
  EISDIR: 'a folder is in its place',
  ENOTDIR: 'a file is where a folder is needed',
  ENOENT: 'it is not there',
  EEXIST: 'something of that name is there',
  ELOOP: 'a link leads back to itself',
  EMFILE: 'this process may not open more files',
  EIO: 'the disk reports a read or write error',
}

/** Why a file could not be read or written, with the system's code: `no space is left on the disk (ENOSPC)`. */
export function describeFileError(error: unknown): string {
  const code = codeOf(error)
  const cause = code === null ? undefined : CAUSES[code]
  return cause === undefined ? messageOf(error) : `${cause} (${code})`
}

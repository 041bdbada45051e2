import { messageOf } from '../system/message-of.ts'
import { writeText } from './print.ts'

/** Ends this process with exit code 1 and the error's message if an error is not caught. Node itself would print it as it is. */
export function printUncaughtErrors(): void {
  process.on('uncaughtException', (error: unknown) => {
    writeText('stderr', messageOf(error))
    process.exit(1)
  })
}

import { readConfig } from '../config.ts'
import { printUncaughtErrors } from '../output/failure.ts'
import { writeLine } from '../output/print.ts'
import { tearDown } from './embedded/teardown.ts'
import { providerOf } from './providers.ts'

printUncaughtErrors()
const config = readConfig(process.env)
// What is left of a lab on this machine goes even where its own state is damaged.
const found =
  config.cluster === 'embedded' ? await tearDown() : ((await (await providerOf(config).find())?.end()) ?? [])
writeLine('stdout', found.length === 0 ? 'There was no lab.' : `The lab is gone: ${found.join(', ')}.`)

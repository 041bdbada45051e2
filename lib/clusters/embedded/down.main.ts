import { tearDown } from './teardown.ts'

const found = await tearDown()
console.log(found.length === 0 ? 'There was no lab.' : `The lab is gone: ${found.join(', ')}.`)

/** Stands in for the k6 binary: writes the lines of a load to where k6 would, and ends as the route's host tells it. */
import { appendFileSync } from 'node:fs'

const option = (prefix: string) =>
  process.argv.find((argument) => argument.startsWith(prefix))?.slice(prefix.length) ?? ''
const file = option('--console-output=')
const ends = option('--env=ROUTE_HOST=')

if (ends === 'ends-at-once') {
  process.stderr.write('level=error msg="GoError: no such script"\n')
  process.exit(107)
}
const write = (line: unknown[]) => {
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}
write(['sent', 10, 0, 2, 1000])
write(['sent', 11, 10, 1, 1010])
write(['write', 11, 200, 1015, 5.5])
write(['read', 3, 200, 1020, 1.5, true])
write(['sent', 12, 11, 1, 1030])
write(['write', 10, 503, 1040, 40])
write(['read', 4, 200, 1050, 2.5, false])
write(['write', 12, 0, 3030, 2000])
write(['sent', 13, 12, 1, ends === 'forgets-an-outcome' ? 1060 : 4000])
write(['read', 5, 200, 5000, 3.5, true])
if (ends === 'crashes-later') setTimeout(() => process.exit(2), 300)
if (ends === 'ends-by-itself') setTimeout(() => process.exit(0), 300)
process.on('SIGINT', () => {
  if (ends === 'tears-its-last-line') appendFileSync(file, '["write",13,20')
  if (ends === 'tears-a-line') appendFileSync(file, '["write",13\n["read",3,200,5100,1,true]\n')
  if (ends !== 'does-not-stop') process.exit(ends === 'ends-badly' ? 108 : 105)
})
setInterval(() => undefined, 60_000)

export { endRun as default } from '../fixtures/run.ts'

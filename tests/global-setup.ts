export { beginRun as default } from '../fixtures/run.ts'

export { endInterruptedLab as default } from '../fixtures/lab.ts'

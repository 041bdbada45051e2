import { test } from '@playwright/test'
import { inFolder } from '../../in-folder.ts'
import { serveLab } from '../../stand-ins/licensed/lab.ts'
import { cases } from './documented-states.ts'

for (const { title, run } of cases)
  test(`Kasten K10: ${title}`, () =>
    inFolder(async (folder) => {
      const { lab, server } = await serveLab(folder)
      try {
        await run(lab)
      } finally {
        await server.close()
      }
    }))

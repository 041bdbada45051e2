import { expect, test } from '@playwright/test'
import { copiesFiles, defineTool, type StrategyDriver } from '../../../lib/components/strategy.ts'
import { namesOf, strategies, strategiesOf, tools, type StrategyName } from '../../../lib/components/tools.ts'
import { noopLab } from '../../../lib/simulation/noop-cluster.ts'
import { noopTool } from '../../../lib/simulation/noop-tool.ts'

const driver: StrategyDriver = {
  create: () => noopTool(),
  effort: () => ({ configuration: [], firstBackup: [], restore: [], source: 'none' }),
}
const copier = defineTool({
  name: 'copier',
  strategies: { once: copiesFiles, twice: { ...copiesFiles, keepsObjects: true } },
  load: () => Promise.resolve({ drivers: { once: driver, twice: driver } }),
})

test('the strategies of tools are named by tool and mode, in the order of the list', () => {
  const listed = strategiesOf([...tools, copier])
  expect(Object.keys(listed)).toEqual([...Object.keys(strategies), 'copier/once', 'copier/twice'])
  expect(listed['copier/twice']).toMatchObject({ tool: 'copier', mode: 'twice', traits: { keepsObjects: true } })
  expect(namesOf([copier])).toEqual(['copier'])
})

test('the strategy of the component "snapshots" belongs to the tool "kubernetes"', () => {
  expect(strategies['kubernetes/volume-snapshot']).toMatchObject({ tool: 'kubernetes', mode: 'volume-snapshot' })
})

test('a driver is loaded for each strategy, and there is no driver without a strategy', async () => {
  for (const { name, strategies: own, load } of tools)
    expect(Object.keys((await load()).drivers), name).toEqual(Object.keys(own))
})

test('a strategy without traits, driver or effort does not compile, nor does an unknown name', () => {
  const load = () => Promise.resolve({ drivers: { a: driver } })
  const traits: Partial<typeof copiesFiles> = copiesFiles
  const { create } = driver
  const loadWithoutEffort = () => Promise.resolve({ drivers: { a: { create } } })
  const compiled = [
    defineTool({ name: 'x', strategies: { a: copiesFiles }, load }),
    // @ts-expect-error A trait is missing.
    defineTool({ name: 'x', strategies: { a: traits }, load }),
    // @ts-expect-error The driver of `b` is missing.
    defineTool({ name: 'x', strategies: { a: copiesFiles, b: copiesFiles }, load }),
    // @ts-expect-error The effort is missing.
    defineTool({ name: 'x', strategies: { a: copiesFiles }, load: loadWithoutEffort }),
  ]
  // @ts-expect-error The mode belongs to another tool.
  const unknown: StrategyName = 'restic/file-system'
  expect(Object.keys(strategies)).not.toContain(unknown)
  expect(compiled).toHaveLength(4)
})

test('a strategy has objects that start its backups by a schedule if its traits say so, and no other strategy has', async () => {
  for (const { name, traits, load } of Object.values(strategies)) {
    const { schedules = [] } = (await load()).create().attach(noopLab()).parts('drill')
    expect(schedules.length > 0, name).toBe(traits.isScheduled)
  }
})

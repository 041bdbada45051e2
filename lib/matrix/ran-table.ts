import type { Component } from '../components/component.ts'
import { componentOf } from '../components/index.ts'
import { toolComponent } from '../components/needed.ts'
import type { Tool } from '../components/strategy.ts'
import { tools, type ToolName } from '../components/tools.ts'
import type { Ran } from '../report/ran.ts'
import { MESHES, type MeshName } from './axes.ts'

/** Tool × mesh × provider as a Markdown table: ran for real, runs where something is given, or cannot run and why. */
export function renderRan(recorded: readonly Ran[], providers: readonly string[]): string {
  const rows = tools.flatMap(({ name: tool }) =>
    MESHES.map((mesh) => {
      const cells = providers.map((provider) => {
        const ran = recorded.find((one) => one.tool === tool && one.mesh === mesh && one.provider === provider)
        return ran === undefined ? describeMissing(tool, mesh, provider) : describeRan(ran)
      })
      return line([componentOf(toolComponent(tool)).title, componentOf(mesh).title, ...cells])
    }),
  )
  return [line(['tool', 'mesh', ...providers]), line(['---', '---', ...providers.map(() => '---')]), ...rows].join('\n')
}

const line = (cells: string[]): string => `| ${cells.join(' | ')} |`

function describeRan({ date, versions, verdicts }: Ran): string {
  const counts = Object.entries(verdicts).filter(([, count]) => count > 0)
  const words = counts.map(([verdict, count]) => `${count} ${verdict}`).join(', ')
  const of = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `**ran** ${date}: ${words} (${of.join(', ')})`
}

/** Why there is no run: what the user must give, what the provider does not have, or nothing but that nobody recorded one. */
function describeMissing(tool: ToolName, mesh: MeshName, provider: string): string {
  const components: Component[] = [componentOf(toolComponent(tool)), componentOf(mesh)]
  const foreign = components.filter(({ built, published }) => built === null && published !== null)
  const titles = foreign.map(({ title }) => title).join(' and ')
  if (provider === 'embedded' && foreign.length > 0) return `cannot: only public registries have ${titles}`
  const terms = (tools as readonly Tool[]).find(({ name }) => name === tool)?.terms
  const own = provider === 'embedded' ? [] : components.filter((one) => one.published === null && hasImages(one))
  const needs = [
    ...own.map(({ title }) => `you give the images of ${title}`),
    ...(foreign.length > 0 ? [`public registries are reached (${titles})`] : []),
    ...(terms === undefined ? [] : [`you give \`${terms}\``]),
  ]
  return needs.length === 0 ? 'can run; no run is recorded' : `can run where ${needs.join(' and ')}; no run is recorded`
}

/** True if the toolchain of this repository makes images of a component. Without a published one, other clusters need them too. */
const hasImages = ({ built }: Component): boolean => Object.keys(built?.images ?? {}).length > 0

import { components } from './index.ts'
import type { StrategyDriver, StrategyTraits, Tool } from './strategy.ts'

type ToolComponent = Extract<(typeof components)[number], { kind: 'tool' }>

/** Every backup tool. The matrix, the configuration and the drivers are derived from this list. */
export const tools: readonly ToolComponent['tool'][] = components.flatMap((component) =>
  component.kind === 'tool' ? [component.tool] : [],
)

export type ToolName = ToolNameOf<typeof tools>
export type StrategyName = StrategyNameOf<typeof tools>

export type ToolNameOf<Tools extends readonly Tool[]> = Tools[number]['name']
export type StrategyNameOf<Tools extends readonly Tool[]> = StrategyNameOfTool<Tools[number]>
/** Distributes over a union of tools, so that no mode is combined with another tool's name. */
type StrategyNameOfTool<T> = T extends Tool<infer Name, infer Mode> ? `${Name}/${Mode}` : never

/** A mode of a tool. */
export interface Strategy<Name extends string = string, InTool extends string = string> {
  /** `<tool>/<mode>`. */
  name: Name
  tool: InTool
  mode: string
  traits: StrategyTraits
  load: () => Promise<StrategyDriver>
}

/** Names of tools, in the order of the list. */
export const namesOf = <const Tools extends readonly Tool[]>(list: Tools): ToolNameOf<Tools>[] =>
  list.map(({ name }): ToolNameOf<Tools> => name)

/** The strategies of tools by name, in the order of the list. */
export function strategiesOf<const Tools extends readonly Tool[]>(
  list: Tools,
): Record<StrategyNameOf<Tools>, Strategy<StrategyNameOf<Tools>, ToolNameOf<Tools>>> {
  const all = (list as readonly Tool[]).flatMap(strategiesOfTool)
  return Object.fromEntries(all.map((strategy) => [strategy.name, strategy])) as ReturnType<typeof strategiesOf<Tools>>
}

const strategiesOfTool = <Mode extends string>(tool: Tool<string, Mode>): Strategy[] =>
  (Object.keys(tool.strategies) as Mode[]).map((mode) => ({
    name: `${tool.name}/${mode}`,
    tool: tool.name,
    mode,
    traits: tool.strategies[mode],
    load: async () => (await tool.load()).drivers[mode],
  }))

/** Every strategy by its name. */
export const strategies = strategiesOf(tools)

/** Names of Playwright's projects that no tool can have. */
const PROJECTS = ['lab', 'drills', 'controls']

/** Names that two plug-ins of a kind share, or that a tool cannot have. */
export function findTaken({ tool, mesh, workload }: Record<'tool' | 'mesh' | 'workload', readonly string[]>): string[] {
  const kinds = { tool: [...PROJECTS, ...tool], mesh, workload }
  return Object.entries(kinds).flatMap(([kind, names]) => {
    const taken = names.filter((name, index) => names.indexOf(name) !== index)
    return taken.map(
      (name) => `the name "${name}" of a ${kind} is taken. Next: give the ${kind} that was added another name`,
    )
  })
}

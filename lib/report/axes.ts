import { describeMoment } from '../record/moment.ts'
import { type DrillResult, nameStrategy } from '../verdict/result.ts'
import { type Column, metricColumn, nameColumn } from './column.ts'

export const strategyAxis: Column = {
  title: 'strategy',
  shownIn: ['csv', 'page'],
  text: nameStrategy,
  fields: [
    { name: 'tool', unit: null, read: ({ tool }) => tool },
    { name: 'strategy', unit: null, read: ({ strategy }) => strategy },
  ],
}

export const faultAxis = nameColumn({
  name: 'fault',
  title: 'fault',
  shownIn: ['csv', 'page'],
  read: ({ fault }) => fault,
})

/** When the fault strikes. */
export const momentAxis = nameColumn({
  name: 'moment',
  title: 'moment',
  shownIn: ['csv', 'page'],
  read: ({ moment }) => moment,
  words: describeMoment,
})

export const meshAxis = nameColumn({ name: 'mesh', title: 'mesh', shownIn: ['csv', 'page'], read: ({ mesh }) => mesh })

export const workloadAxis = nameColumn({
  name: 'workload',
  title: 'workload',
  shownIn: ['csv', 'page'],
  read: ({ workload }) => workload,
})

/** What names a row of the matrix. */
const rowAxes: readonly Column[] = [strategyAxis, faultAxis, momentAxis, meshAxis, workloadAxis]

/** What names a drill, in the order of the axes. The page shows those that differ within a run. */
export const axes: readonly Column[] = [
  ...rowAxes,
  metricColumn({
    name: 'repetition',
    title: 'repetition',
    unit: 'count',
    shownIn: ['csv', 'page'],
    read: ({ repetition }) => repetition,
  }),
]

/** The axes in which drills differ, and those that are the same in all of them. */
export function splitAxes(drills: readonly DrillResult[]): { differing: Column[]; constant: Column[] } {
  const isDiffering = ({ text }: Column): boolean => new Set(drills.map(text)).size > 1
  return { differing: axes.filter(isDiffering), constant: axes.filter((axis) => !isDiffering(axis)) }
}

/** 'mesh istio · workload ledger' */
export const describeAxes = (drill: DrillResult, shown: readonly Column[]): string =>
  shown.map(({ title, text }) => `${title} ${text(drill)}`).join(' · ')

/** The same for all repetitions of a row of the matrix. */
export const nameRow = (drill: DrillResult): string => describeAxes(drill, rowAxes)

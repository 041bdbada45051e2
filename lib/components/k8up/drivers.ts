import { operatorEffort } from './effort.ts'
import { k8up } from './k8up.ts'

export const drivers = { operator: { create: k8up, effort: operatorEffort } }

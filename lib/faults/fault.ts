import type { Lab } from '../lab.ts'

/** One way to hurt a service. Each can be injected once; `heal` is called always, whatever happened in between. */
export interface Fault {
  readonly name: string
  /** What it does, for people. */
  readonly description: string
  requires(lab: Lab): Promise<string[]>
  /** Injects the fault and resolves when it was seen to have taken effect; a fault that is not seen is an error. */
  inject(lab: Lab, target: FaultTarget): Promise<ObservedFault>
}

export interface FaultTarget {
  namespace: string
  pods: { labels: Record<string, string>; container: string }
  claim: string
  /** From which the sizes and places of a corruption are drawn. */
  seed: number
}

export interface ObservedFault {
  /** The effect began between these times (ms since the epoch, host clock). */
  between: [number, number]
  /** What was seen, in words and numbers. */
  evidence: string
  /** Takes away what the injection left (objects, finalizers) and resolves with what was seen to be gone. */
  heal(): Promise<string>
}

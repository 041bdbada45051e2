/** What only a user can give: licences that the user bought, and agreements that the user accepted. Null: not given. */
export interface Terms {
  /** Path of the file with the licence of KubeStash. */
  readonly stashLicense: string | null
  /** Who accepted the agreement (EULA) of Kasten K10. */
  readonly k10Eula: Eula | null
}

/** Who accepted an agreement. */
export interface Eula {
  readonly company: string
  readonly email: string
}

export const NO_TERMS: Terms = { stashLicense: null, k10Eula: null }

/** What only a user can give: licences that the user bought. Null: not given. */
export interface Terms {
  /** Path of the file with the licence of KubeStash. */
  readonly stashLicense: string | null
}

export const NO_TERMS: Terms = { stashLicense: null }

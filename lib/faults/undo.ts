/** What `body` gives. Where it fails, `undo` is done before its error is thrown; that of a failed `undo` joins it. */
export async function orUndo<T>(body: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    try {
      await undo()
    } catch (failure) {
      throw new AggregateError([error, failure], `${String(error)}; and then: ${String(failure)}`)
    }
    throw error
  }
}

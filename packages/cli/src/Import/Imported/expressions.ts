/**
 * Reading the expressions of other software into trees: what their languages have in common. Nothing is evaluated here;
 * what is longer or deeper than any person writes is refused.
 */

const maxLength = 10_000
const maxTokens = 4000
const deepest = 50

/** The tokens of a text, by a sticky expression; undefined where it holds something else, or too much. */
export const tokens = <Token>(
  text: string,
  token: RegExp,
  read: (match: RegExpExecArray) => Token,
): ReadonlyArray<Token> | undefined => {
  if (text.length > maxLength) return undefined
  const found: Array<Token> = []
  const trimmed = text.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < trimmed.length) {
    const match = token.exec(trimmed)
    if (match === null || found.length >= maxTokens) return undefined
    found.push(read(match))
  }
  return found
}

/** Reads tokens from the first on. Once it has failed, all that follows is done with soon. */
export interface Reader<Token, Tree> {
  readonly next: () => Token | undefined
  /** The next token without taking it. */
  readonly peek: () => Token | undefined
  /** Takes the next token if it is one of these signs. */
  readonly sign: (...signs: ReadonlyArray<string>) => string | undefined
  readonly fail: () => Tree
  readonly isFailed: () => boolean
  readonly isDone: () => boolean
  /** As deep as a person writes, or not at all. */
  readonly bounded: (inner: () => Tree) => () => Tree
  /** One or several, with one of these signs between. */
  readonly several: (
    inner: () => Tree,
    signs: ReadonlyArray<string>,
    make: (items: ReadonlyArray<Tree>) => Tree,
  ) => () => Tree
  /** Operators of two operands, from left to right; as many as a person writes. */
  readonly chained: (
    inner: () => Tree,
    signs: ReadonlyArray<string>,
    make: (by: string, items: readonly [Tree, Tree]) => Tree,
  ) => () => Tree
  /** What stands between commas, up to `isClosed`; undefined when it is not closed. */
  readonly listed: (inner: () => Tree, end: string, isClosed: () => boolean) => ReadonlyArray<Tree> | undefined
}

/** `signOf` says which sign a token is, if it can be one; `failed` stands for what cannot be read. */
export const reader = <Token, Tree>(
  list: ReadonlyArray<Token>,
  signOf: (token: Token) => string | undefined,
  failed: Tree,
): Reader<Token, Tree> => {
  let at = 0
  let depth = 0
  const state = { isFailed: false }
  const fail = (): Tree => {
    state.isFailed = true
    return failed
  }
  const sign = (...signs: ReadonlyArray<string>): string | undefined => {
    const one = list[at]
    const found = one === undefined ? undefined : signOf(one)
    if (found === undefined || !signs.includes(found)) return undefined
    at++
    return found
  }
  return {
    next: () => list[at++],
    peek: () => list[at],
    sign,
    fail,
    isFailed: () => state.isFailed,
    isDone: () => !state.isFailed && at >= list.length,
    bounded: (inner) => () => {
      if (++depth > deepest || state.isFailed) return fail()
      const result = inner()
      depth--
      return result
    },
    several: (inner, signs, make) => () => {
      const first = inner()
      const items = [first]
      while (!state.isFailed && sign(...signs) !== undefined) items.push(inner())
      return items.length === 1 ? first : make(items)
    },
    chained: (inner, signs, make) => () => {
      let left = inner()
      for (let chain = 0; !state.isFailed; chain++) {
        const by = sign(...signs)
        if (by === undefined) return left
        if (chain >= deepest) return fail()
        left = make(by, [left, inner()])
      }
      return left
    },
    listed: (inner, end, isClosed) => {
      const items: Array<Tree> = []
      if (sign(end) !== undefined) return items
      do items.push(inner())
      while (!state.isFailed && sign(",") !== undefined)
      return !state.isFailed && isClosed() ? items : undefined
    },
  }
}

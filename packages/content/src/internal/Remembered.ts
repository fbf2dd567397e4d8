/**
 * What a pure function gave, remembered: templates and colours are few, and are asked for again with every mail. It holds so many
 * at most and then begins anew, so that whoever makes some up gets no memory for it.
 */
export const by = <A>(make: (key: string) => A, most = 200): ((key: string) => A) => {
  const known = new Map<string, { readonly made: A }>()
  return (key) => {
    const there = known.get(key)
    if (there !== undefined) return there.made
    if (known.size >= most) known.clear()
    const made = make(key)
    known.set(key, { made })
    return made
  }
}

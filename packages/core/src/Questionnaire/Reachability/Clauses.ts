/**
 * The clauses of a solver, one after the other in one array, and who watches what: a clause is looked at again only when
 * one of its first two literals fails.
 */
import type { Literal } from "./Literal.ts"
import { grown } from "./Order.ts"

export class Clauses {
  /** Each behind its length. */
  arena = new Int32Array(1024)
  /** By literal: the clauses that watch it, each with another literal of it; undefined: none. */
  readonly watches: Array<Array<number> | undefined> = []
  private end = 0

  /** Where it stands from now on. */
  store(clause: ReadonlyArray<Literal>): number {
    const at = this.end
    this.arena = grown(this.arena, at + clause.length + 1)
    this.arena[at] = clause.length
    for (let i = 0; i < clause.length; i++) this.arena[at + 1 + i] = clause[i] ?? 0
    this.end = at + clause.length + 1
    return at
  }

  /** Of at least two literals. */
  watch(clause: number): void {
    const first = this.arena[clause + 1] ?? 0
    const second = this.arena[clause + 2] ?? 0
    this.watchedBy(first, clause, second)
    this.watchedBy(second, clause, first)
  }

  watchedBy(literal: Literal, clause: number, other: Literal): void {
    const watchers = this.watches[literal]
    if (watchers === undefined) this.watches[literal] = [clause, other]
    else watchers.push(clause, other)
  }
}

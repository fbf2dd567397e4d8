/**
 * What a solver and a theory talk about.
 *
 * Words: a *variable* is a number from 0; a *literal* is `2 * variable` where it holds, one more where it does not.
 */

export type Literal = number

/** Holds in every model. */
export const always: Literal = 0
export const never: Literal = 1
export const not = (literal: Literal): Literal => literal ^ 1
export const variableOf = (literal: Literal): number => literal >> 1

/** Knows what some literals mean beyond logic. It hears of each in the order of the trail. */
export interface Theory {
  knows(literal: Literal): boolean
  /** Takes a literal as true; returns literals taken earlier (this one among them) that exclude each other, if it must. */
  take(literal: Literal): ReadonlyArray<Literal> | undefined
  /** Gives back the literal that was taken last. */
  giveBack(literal: Literal): void
}

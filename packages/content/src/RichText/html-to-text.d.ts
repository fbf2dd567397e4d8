// html-to-text 10 ships no types; these are the parts of it that we use (its README, "Options").
declare module "html-to-text" {
  export interface Options {
    readonly wordwrap?: number | false
    readonly selectors?: ReadonlyArray<{
      readonly selector: string
      readonly format?: string
      readonly options?: Readonly<Record<string, unknown>>
    }>
  }
  export const compile: (options: Options) => (html: string) => string
}

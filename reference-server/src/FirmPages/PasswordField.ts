/** The field for a new password. NIST SP 800-63B: a length, and no rules about what is in it. */
import type { Html } from "../Html.ts"
import * as Field from "./Field.ts"
import type { Words } from "./Words.ts"

/** How long a password is, in letters. */
export const min = 12
export const max = 500

/** What has to be mended of a password that is to be set. */
export const mistakesIn = ({ t }: Words, field: string, password: string): ReadonlyArray<Field.Mistake> => {
  const length = [...password].length
  if (length < min) return [{ field, sentence: t("setup.password.short", { min, length }) }]
  return length > max ? [{ field, sentence: t("form.tooLong", { max }) }] : []
}

export const show = (
  { t }: Words,
  field: { readonly name: string; readonly label: string; readonly mistakes: ReadonlyArray<Field.Mistake> },
): Html =>
  Field.input({
    ...field,
    help: t("setup.password.help", { min }),
    type: "password",
    value: "",
    autocomplete: "new-password",
  })

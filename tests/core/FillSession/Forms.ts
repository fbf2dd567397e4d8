/**
 * A questionnaire with every kind of question and every kind of dependence, and a customer who does whatever a customer
 * may do, at random but repeatably: `seeded` gives the same story again for the same number.
 */
import * as FillSession from "@requite/core/FillSession"
import type { Questionnaire } from "@requite/core/Questionnaire/Definition"

export const questionnaire: Questionnaire = {
  format: 1,
  id: "kyc",
  version: 3,
  language: "en",
  title: "Company check",
  context: { tier: { type: "number" } },
  conditions: { isCompany: { eq: [{ answer: "kind" }, "company"] } },
  sections: [
    {
      id: "about",
      title: "About you",
      items: [
        question("kind", "choice", {
          required: true,
          options: [
            { value: "person", label: { en: "A person", sv: "En person" } },
            { value: "company", label: "A company" },
          ],
        }),
        question("name", "text", { required: true, maxLength: 20 }),
        question("hello", "note", { label: "Hello {{name}}, you own {{total}} %" }),
        question("interests", "choice", {
          multiple: true,
          maxPicked: 2,
          options: [
            { value: "tax", label: "Tax" },
            { value: "audit", label: "Audit", when: { is: "isCompany" } },
            { value: "payroll", label: "Payroll" },
          ],
        }),
      ],
    },
    {
      id: "ownership",
      title: "Ownership",
      when: { is: "isCompany" },
      calculated: { total: { sum: [{ answer: "share" }] } },
      items: [
        question("owners", "group", {
          required: true,
          repeat: { min: 1, max: 4 },
          items: [
            question("owner", "text", { label: "Owner of {{name}}", required: true }),
            question("share", "number", { min: 0, max: 100 }),
            question("proof", "upload", {
              label: "Proof for {{owner}}",
              when: { gt: [{ answer: "share" }, 25] },
              required: true,
              accept: ["application/pdf"],
              maxBytes: 1000,
            }),
          ],
        }),
      ],
    },
    {
      id: "papers",
      title: "Papers",
      items: [
        question("passport", "upload", {
          required: { not: { is: "isCompany" } },
          accept: ["application/pdf", "image/*"],
          maxBytes: 1000,
          maxFiles: 3,
        }),
        question("address", "group", {
          items: [
            question("street", "text", { when: { answered: { answer: "passport" } } }),
            question("since", "date", { max: { context: "today" } }),
          ],
        }),
        question("agreed", "confirm", { required: { gt: [{ context: "tier" }, 1] } }),
      ],
    },
  ],
  ends: [
    { id: "forCompanies", title: "We call the company", when: { is: "isCompany" } },
    { id: "forAll", title: "Thank you" },
  ],
}

function question(id: string, type: string, more: object) {
  return { id, type, label: id, ...more }
}

export const session = FillSession.make(questionnaire)
export const context = { today: "2027-03-27", tier: 1 }
export const start = (more: Partial<FillSession.Beginning> = {}): FillSession.State =>
  session.start({ answers: {}, revision: 0, context, ...more })

export const pdf = (id: string): FillSession.ChosenFile => ({
  id,
  name: `${id}.pdf`,
  bytes: 10,
  type: "application/pdf",
})
export const fileRef = (id: string) => ({ ...pdf(id), sha256: "1".repeat(64) })

/** Numbers from 0 to below `n`, the same for the same seed (mulberry32). */
export const seeded = (seed: number) => {
  let at = seed
  return (n: number): number => {
    at = (at + 0x6d2b79f5) | 0
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * n)
  }
}
export type Chance = ReturnType<typeof seeded>

export const pick = <A>(chance: Chance, from: ReadonlyArray<A>): A => {
  const picked = from[chance(from.length)]
  if (picked === undefined) throw new Error("nothing to pick from")
  return picked
}

/** Freezes all of a value: whoever changes it then is found out. */
export const frozen = <A>(value: A): A => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}

/** Something typed, right or wrong. */
export const typed = (chance: Chance): Extract<FillSession.Message, { type: "AnswerChanged" }> => {
  const instance = chance(4)
  const [place, answers] = pick<readonly [FillSession.Place, ReadonlyArray<unknown>]>(chance, [
    [["kind"], ["person", "company", "company", "plant"]],
    [["name"], ["Eva", "Evangelina", "   ", "far too long a name for this field", ""]],
    [["interests"], [["tax"], ["audit", "tax"], ["audit"], [], ["tax", "audit", "payroll"]]],
    [
      ["owners", instance, "owner"],
      ["Ann", "Bo", "", "Cy"],
    ],
    [
      ["owners", instance, "share"],
      [10, 50, 100, 101],
    ],
    [["street"], ["High Street", "Low Street"]],
    [["since"], ["2020-01-01", "2030-01-01", "soon"]],
    [["agreed"], [true, false]],
    // nothing of the questionnaire: never kept
    [["nobody"], ["asked"]],
    [["owners", "owner"], ["x"]],
    [["owners", 9, "owner"], ["x"]],
  ])
  return { type: "AnswerChanged", place, answer: pick(chance, answers) }
}

/** Anything that the customer or the network may do, in any order; outcomes of effects are the caller's to play. */
export const anything = (chance: Chance, number: number): FillSession.Message =>
  pick<() => FillSession.Message>(chance, [
    () => typed(chance),
    () => typed(chance),
    () => typed(chance),
    () => ({ type: "AnswerCleared", place: typed(chance).place }),
    () => ({ type: "PlaceLeft", place: typed(chance).place }),
    () => ({ type: "InstanceAdded", group: ["owners"] }),
    () => ({ type: "InstanceRemoved", place: ["owners", chance(4)] }),
    () => ({ type: "InstanceMoved", place: ["owners", chance(4)], to: chance(4) }),
    () => ({ type: "SectionEntered", section: pick(chance, ["about", "ownership", "papers", "none"]) }),
    () => ({ type: "SectionLeft", section: pick(chance, ["about", "ownership", "papers"]) }),
    () => ({ type: "ReviewOpened" }),
    () => ({ type: "ContextChanged", context: { today: "2027-03-27", tier: chance(4) } }),
    () => ({ type: "SaveDue" }),
    () => ({
      type: "FilesChosen",
      place: pick<FillSession.Place>(chance, [["passport"], ["owners", chance(4), "proof"]]),
      files: [pdf(`f${number}a`), { ...pdf(`f${number}b`), bytes: pick(chance, [10, 2000]) }],
    }),
    () => ({ type: "UploadPaused", upload: `f${chance(number + 1)}a` }),
    () => ({ type: "UploadResumed", upload: `f${chance(number + 1)}a` }),
    () => ({ type: "UploadCancelled", upload: `f${chance(number + 1)}a` }),
    () => ({ type: "FileRemoved", place: ["passport"], file: `f${chance(number + 1)}a` }),
    () => ({ type: "ConflictResolved", place: typed(chance).place, keep: pick(chance, ["mine", "theirs"]) }),
    () => ({ type: "ConflictResolved", place: ["owners"], keep: pick(chance, ["mine", "theirs"]) }),
    () => ({ type: "SubmitAsked" }),
    () => ({ type: "CameOnline" }),
    () => ({ type: "WentOffline", at: number }),
    () => ({ type: "SessionRestored" }),
  ])()

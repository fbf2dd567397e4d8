/** A fill session in sentences: after these messages, these effects and this state. */
import { assert, describe, it } from "@effect/vitest"
import type * as FillSession from "@requite/core/FillSession"
import * as Reading from "@requite/core/FillSession/reading"
import { fileRef, pdf, questionnaire, session, start } from "./Forms.ts"

type Message = FillSession.Message
type State = FillSession.State

/** The state after these messages, and the effects of the last of them. */
const after = (
  state: State,
  ...messages: ReadonlyArray<Message>
): readonly [State, ReadonlyArray<FillSession.Effect>] =>
  messages.reduce<readonly [State, ReadonlyArray<FillSession.Effect>]>(
    ([so], message) => session.update(so, message),
    [state, []],
  )
const changed = (id: string, answer: unknown): Message => ({ type: "AnswerChanged", place: [id], answer })
const owner = (row: number, id: string, answer: unknown): Message => ({
  type: "AnswerChanged",
  place: ["owners", row, id],
  answer,
})
const due: Message = { type: "SaveDue" }
const succeeded = (save: number, revision: number): Message => ({ type: "SaveSucceeded", save, revision, at: 7 })
const failed = (save: number, at = 9): Message => ({ type: "SaveFailed", save, at })
const codes = (state: State, ...place: FillSession.Place) => session.issuesAt(state, place).map(({ code }) => code)

describe("saving", () => {
  it("a pause after the last change, what changed and nothing else", () => {
    const begin = start({ answers: { kind: "person", name: "Eva" }, revision: 3 })
    const [typed, effects] = after(begin, changed("name", "Evi"), changed("kind", "company"), changed("kind", "person"))
    assert.deepStrictEqual(effects, [{ type: "WakeSaver", afterMillis: 1000 }])
    assert.deepStrictEqual(session.saving(typed), { state: "unsaved" })
    const [saving, saves] = after(typed, due)
    assert.deepStrictEqual(saves, [{ type: "SaveAnswers", save: 1, revision: 3, answers: { name: "Evi" } }])
    assert.deepStrictEqual(session.saving(saving), { state: "saving" })
    const [saved, none] = after(saving, succeeded(1, 4))
    assert.deepStrictEqual(none, [])
    assert.deepStrictEqual(session.saving(saved), { state: "saved", revision: 4, at: 7 })
  })

  it("one at a time; what changes meanwhile is saved next, and a cleared answer is null", () => {
    const [busy, effects] = after(start(), changed("name", "Eva"), due, changed("kind", "person"), due)
    assert.deepStrictEqual(effects, [])
    const [, next] = after(busy, { type: "AnswerCleared", place: ["name"] }, succeeded(1, 1), due)
    assert.deepStrictEqual(next, [
      { type: "SaveAnswers", save: 2, revision: 1, answers: { name: null, kind: "person" } },
    ])
  })

  it("again after a failure, later each time, and not because of typing meanwhile", () => {
    let state = after(start(), changed("name", "Eva"))[0]
    const pauses = [1, 2, 3, 4, 5, 6, 7].map((save) => {
      const [next, effects] = after(state, due, failed(save, save * 10))
      state = next
      return effects
    })
    assert.deepStrictEqual(
      pauses,
      [2, 4, 8, 16, 32, 60, 60].map((seconds) => [{ type: "WakeSaver", afterMillis: seconds * 1000 }]),
    )
    assert.deepStrictEqual(session.saving(state), { state: "failing", since: 10 })
    const [typed, effects] = after(state, changed("name", "Evi"))
    assert.deepStrictEqual(effects, [])
    assert.deepStrictEqual(after(typed, due, succeeded(8, 1))[0].failures, 0)
  })

  it("not while offline, and at once when it is over", () => {
    const [offline, effects] = after(start(), { type: "WentOffline", at: 5 }, changed("name", "Eva"), due)
    assert.deepStrictEqual(effects, [])
    assert.deepStrictEqual(session.saving(offline), { state: "failing", since: 5 })
    const [, back] = after(offline, { type: "CameOnline" })
    assert.deepStrictEqual(back, [{ type: "SaveAnswers", save: 1, revision: 0, answers: { name: "Eva" } }])
  })

  it("at once when a section is left", () => {
    const [, effects] = after(start(), changed("name", "Eva"), { type: "SectionLeft", section: "about" })
    assert.deepStrictEqual(effects, [{ type: "SaveAnswers", save: 1, revision: 0, answers: { name: "Eva" } }])
  })

  it("only with the submission where nothing is to be saved before", () => {
    const quiet = start({ autosave: false })
    const [, effects] = after(quiet, changed("name", "Eva"), { type: "SectionLeft", section: "about" })
    assert.deepStrictEqual(effects, [])
  })

  it("what the server refuses is kept and not sent again as it stands", () => {
    const issue = { code: "text-control-characters", question: "name", pointer: "/name", values: {}, malformed: false }
    const [state] = after(start(), changed("name", "E\u0000"), due, { type: "SaveRefused", save: 1, issues: [issue] })
    assert.deepStrictEqual(codes(state, "name"), ["text-control-characters"])
    assert.deepStrictEqual(after(state, due)[1], [])
    const [mended, effects] = after(state, changed("name", "Eva"), due)
    assert.deepStrictEqual(codes(mended, "name"), [])
    assert.deepStrictEqual(effects, [{ type: "SaveAnswers", save: 2, revision: 0, answers: { name: "Eva" } }])
  })

  it("an answer to a save that was given up says nothing", () => {
    const [state] = after(start(), changed("name", "Eva"), due, failed(1), due)
    assert.strictEqual(after(state, succeeded(1, 1))[0], state)
  })

  it("what was typed back is saved, though the save in between was lost on the way back", () => {
    const begin = start({ answers: { name: "Eva" }, revision: 1 })
    const [state, effects] = after(
      begin,
      changed("name", "Evi"),
      due,
      changed("name", "Eva"),
      failed(1),
      due,
      // the first save did get through
      { type: "SaveConflicted", save: 2, revision: 2, theirs: { name: "Evi" } },
    )
    assert.deepStrictEqual(session.answerAt(state, ["name"]), "Eva")
    assert.deepStrictEqual(state.conflicts, [])
    assert.deepStrictEqual(effects, [{ type: "SaveAnswers", save: 3, revision: 2, answers: { name: "Eva" } }])
  })

  it("is not sure of what the server has after a loss, so what was typed back is sent all the same", () => {
    const begin = start({ answers: { name: "Eva" }, revision: 1 })
    const [state] = after(
      begin,
      changed("name", "Evi"),
      due,
      failed(1),
      changed("name", "Eva"),
      changed("agreed", true),
    )
    assert.deepStrictEqual(after(state, due)[1], [
      { type: "SaveAnswers", save: 2, revision: 1, answers: { name: "Eva", agreed: true } },
    ])
  })
})

describe("somebody else saved in between (L32)", () => {
  const begin = start({ answers: { name: "Eva", kind: "person" }, revision: 1 })
  const theirs = { name: "Ewa", kind: "company" }
  const conflict: Message = { type: "SaveConflicted", save: 1, revision: 2, theirs }

  it("what only one of both changed is merged and saved", () => {
    const [state, effects] = after(begin, changed("agreed", true), due, conflict)
    assert.deepStrictEqual(session.draft(state), { ...theirs, agreed: true })
    assert.deepStrictEqual(effects, [{ type: "SaveAnswers", save: 2, revision: 2, answers: { agreed: true } }])
  })

  it("what both changed waits for a decision, with all three values, and theirs stands at the server till then", () => {
    const [state, effects] = after(begin, changed("name", "Evi"), changed("agreed", true), due, conflict)
    assert.deepStrictEqual(state.conflicts, [{ place: ["name"], base: "Eva", theirs: "Ewa" }])
    assert.deepStrictEqual(session.answerAt(state, ["name"]), "Evi")
    assert.deepStrictEqual(effects, [{ type: "SaveAnswers", save: 2, revision: 2, answers: { agreed: true } }])
    const [saved] = after(state, succeeded(2, 3))

    const [mine] = after(saved, { type: "ConflictResolved", place: ["name"], keep: "mine" })
    assert.deepStrictEqual(after(mine, due)[1], [
      { type: "SaveAnswers", save: 3, revision: 3, answers: { name: "Evi" } },
    ])
    const [kept, none] = after(saved, { type: "ConflictResolved", place: ["name"], keep: "theirs" })
    assert.deepStrictEqual(none, [])
    assert.deepStrictEqual(session.draft(kept), { ...theirs, agreed: true })
    assert.deepStrictEqual(session.saving(kept).state, "saved")
  })

  it("stays open whatever else arrives, until both sides agree", () => {
    const [state] = after(begin, changed("name", "Evi"), { type: "AnswersArrived", revision: 2, answers: theirs })
    const [later] = after(state, { type: "AnswersArrived", revision: 3, answers: { ...theirs, agreed: true } })
    assert.deepStrictEqual(later.conflicts, state.conflicts)
    assert.deepStrictEqual(after(later, due)[1], [])
    const [agreed] = after(later, { type: "AnswersArrived", revision: 4, answers: { ...theirs, name: "Evi" } })
    assert.isEmpty(agreed.conflicts)
    assert.isEmpty(after(later, changed("name", "Ewa"))[0].conflicts)
  })

  it("what arrives late says nothing, and a save that what arrived has in it already is done", () => {
    const older: Message = { type: "AnswersArrived", revision: 1, answers: { name: "Old" } }
    assert.strictEqual(after(begin, older)[0].saved, begin.saved)
    const [state] = after(
      begin,
      changed("agreed", true),
      due,
      { type: "AnswersArrived", revision: 3, answers: { ...theirs, agreed: true } },
      succeeded(1, 2),
    )
    assert.deepStrictEqual([state.revision, state.changes], [3, {}])
    assert.deepStrictEqual(session.draft(state), { ...theirs, agreed: true })
    // a conflict with what is known already: tried again, though not at once
    const [, effects] = after(begin, changed("agreed", true), due, {
      type: "SaveConflicted",
      save: 1,
      revision: 1,
      theirs: {},
    })
    assert.deepStrictEqual(effects, [{ type: "WakeSaver", afterMillis: 1000 }])
  })

  it("of a repeated group, field by field", () => {
    const owners = [{ owner: "Ann", share: 1 }, { owner: "Bo" }]
    const [state] = after(
      start({ answers: { owners }, revision: 1 }),
      owner(0, "owner", "Anna"),
      owner(1, "owner", "Bob"),
      {
        type: "AnswersArrived",
        revision: 2,
        answers: {
          owners: [
            { owner: "Ann", share: 2 },
            { owner: "Boo", share: 3 },
          ],
        },
      },
    )
    assert.deepStrictEqual(state.conflicts, [{ place: ["owners", 1, "owner"], base: "Bo", theirs: "Boo" }])
    assert.deepStrictEqual(session.answerAt(state, ["owners"]), [
      { owner: "Anna", share: 2 },
      { owner: "Bob", share: 3 },
    ])
    const [, effects] = after(state, due)
    assert.deepStrictEqual(effects, [
      {
        type: "SaveAnswers",
        save: 1,
        revision: 2,
        answers: {
          owners: [
            { owner: "Anna", share: 2 },
            { owner: "Boo", share: 3 },
          ],
        },
      },
    ])
    // the place of the conflict follows its instance
    const [moved] = after(state, { type: "InstanceMoved", place: ["owners", 1], to: 0 })
    assert.deepStrictEqual(moved.conflicts[0]?.place, ["owners", 0, "owner"])
  })

  it("of a repeated group in which instances came or went, as a whole", () => {
    const [state] = after(
      start({ answers: { owners: [{ owner: "Ann" }, { owner: "Bo" }] }, revision: 1 }),
      { type: "InstanceRemoved", place: ["owners", 0] },
      { type: "AnswersArrived", revision: 2, answers: { owners: [{ owner: "Ann" }, { owner: "Boo" }] } },
    )
    assert.deepStrictEqual(
      state.conflicts.map(({ place }) => place),
      [["owners"]],
    )
    assert.deepStrictEqual(session.answerAt(state, ["owners"]), [{ owner: "Bo" }])
    // and stays one, though there are as many again
    const [again] = after(
      state,
      { type: "InstanceAdded", group: ["owners"] },
      { type: "AnswersArrived", revision: 3, answers: { owners: [{ owner: "Ann" }, { owner: "Boo", share: 1 }] } },
    )
    assert.deepStrictEqual(
      again.conflicts.map(({ place }) => place),
      [["owners"]],
    )
    assert.deepStrictEqual(session.answerAt(again, ["owners"]), [{ owner: "Bo" }, {}])
  })

  it("of a repeated group, an empty field that one says and the other leaves out is nothing to decide", () => {
    const [state] = after(
      start({ answers: {}, revision: 1 }),
      { type: "InstanceAdded", group: ["owners"] },
      owner(0, "owner", "Ann"),
      { type: "AnswersArrived", revision: 2, answers: { owners: [{ owner: "Ann", share: "", sure: false }] } },
    )
    assert.isEmpty(state.conflicts)
    assert.strictEqual(session.saving(state).state, "saved")
  })

  it("files are added and removed on both sides", () => {
    const [a, b, c, d] = ["a", "b", "c", "d"].map(fileRef)
    const [state] = after(
      start({ answers: { passport: [a, b] }, revision: 1 }),
      { type: "FileRemoved", place: ["passport"], file: "a" },
      { type: "FilesChosen", place: ["passport"], files: [pdf("c")] },
      { type: "UploadFinished", upload: "c", file: fileRef("c") },
      { type: "AnswersArrived", revision: 2, answers: { passport: [a, b, d] } },
    )
    assert.deepStrictEqual(session.answerAt(state, ["passport"]), [b, d, c])
    assert.isEmpty(state.conflicts)
  })
})

describe("uploads", () => {
  const choose = (...ids: ReadonlyArray<string>): Message => ({
    type: "FilesChosen",
    place: ["passport"],
    files: ids.map(pdf),
  })
  const states = (state: State) => session.files(state, ["passport"]).map(({ state }) => state)

  it("bytes, check, ready: the file stands in the answer and is saved", () => {
    const [chosen, effects] = after(start(), choose("a"))
    assert.deepStrictEqual(effects, [{ type: "StartUpload", upload: "a", place: ["passport"], from: 0 }])
    const [half] = after(chosen, { type: "UploadProgressed", upload: "a", sent: 5 })
    assert.deepStrictEqual(session.files(half, ["passport"]), [
      { ...pdf("a"), place: ["passport"], state: "uploading", sent: 5, problems: [], replaces: null },
    ])
    const [whole] = after(half, { type: "UploadProgressed", upload: "a", sent: 10 })
    assert.deepStrictEqual(states(whole), ["checking"])
    const [ready, wakes] = after(whole, { type: "UploadFinished", upload: "a", file: fileRef("a") })
    assert.deepStrictEqual(session.files(ready, ["passport"]), [{ state: "ready", file: fileRef("a") }])
    assert.deepStrictEqual(wakes, [{ type: "WakeSaver", afterMillis: 1000 }])
  })

  it("refused where the browser can tell: wrong, or too many", () => {
    const [state, effects] = after(start(), {
      type: "FilesChosen",
      place: ["passport"],
      files: [pdf("a"), { ...pdf("b"), type: "text/html" }, pdf("c"), { ...pdf("d"), bytes: 0 }, pdf("e"), pdf("f")],
    })
    assert.deepStrictEqual(states(state), ["uploading", "refused", "uploading", "refused", "uploading", "refused"])
    assert.deepStrictEqual(
      state.uploads.map(({ problems }) => problems.map(({ code }) => code)),
      [[], ["upload-wrong-type"], [], ["upload-empty"], [], ["upload-too-many"]],
    )
    assert.strictEqual(effects.length, 3)
  })

  it("a few at a time; pause, resume and cancel; the next one starts", () => {
    const [state, effects] = after(start(), choose("a", "b", "c"), { type: "UploadPaused", upload: "a" })
    assert.deepStrictEqual(effects, [{ type: "PauseUpload", upload: "a" }])
    const [gone, told] = after(
      state,
      { type: "UploadProgressed", upload: "b", sent: 4 },
      { type: "UploadCancelled", upload: "b" },
    )
    assert.deepStrictEqual(told, [{ type: "CancelUpload", upload: "b" }])
    assert.deepStrictEqual(states(gone), ["paused", "uploading"])
    const [, resumed] = after(gone, { type: "UploadResumed", upload: "a" })
    assert.deepStrictEqual(resumed, [{ type: "StartUpload", upload: "a", place: ["passport"], from: 0 }])
    // whatever comes of it after that comes too late
    assert.strictEqual(after(gone, { type: "UploadFinished", upload: "b", file: fileRef("b") })[0], gone)
  })

  it("go on by themselves where they were when the network is back", () => {
    const [state, effects] = after(
      start(),
      choose("a"),
      { type: "UploadProgressed", upload: "a", sent: 4 },
      { type: "WentOffline", at: 1 },
      { type: "UploadFailed", upload: "a" },
      { type: "CameOnline" },
    )
    assert.deepStrictEqual(states(state), ["uploading"])
    assert.deepStrictEqual(effects, [{ type: "StartUpload", upload: "a", place: ["passport"], from: 4 }])
  })

  it("a replaced file keeps its place until the new one is ready", () => {
    const begin = start({ answers: { passport: [fileRef("a"), fileRef("b")] } })
    const [chosen] = after(begin, { type: "FilesChosen", place: ["passport"], files: [pdf("c")], replaces: "a" })
    assert.deepStrictEqual(states(chosen), ["ready", "ready", "uploading"])
    const [state, effects] = after(chosen, { type: "UploadFinished", upload: "c", file: fileRef("c") })
    assert.deepStrictEqual(session.answerAt(state, ["passport"]), [fileRef("c"), fileRef("b")])
    assert.deepStrictEqual(effects[0], { type: "RemoveFile", file: "a" })
  })

  it("those of an instance go with it, the others keep theirs", () => {
    const [two] = after(
      start(),
      owner(0, "owner", "Ann"),
      owner(1, "owner", "Bo"),
      { type: "FilesChosen", place: ["owners", 0, "proof"], files: [pdf("a")] },
      { type: "FilesChosen", place: ["owners", 1, "proof"], files: [pdf("b")] },
    )
    const [one, effects] = after(two, { type: "InstanceRemoved", place: ["owners", 0] })
    assert.deepStrictEqual(effects[0], { type: "CancelUpload", upload: "a" })
    const [ready] = after(one, { type: "UploadFinished", upload: "b", file: fileRef("b") })
    assert.deepStrictEqual(session.answerAt(ready, ["owners"]), [{ owner: "Bo", proof: [fileRef("b")] }])
  })
})

describe("what shows", () => {
  it("an issue once its field was left, its section was left, or all was reviewed", () => {
    const begin = start({ answers: { since: "soon" } })
    assert.deepStrictEqual(codes(begin, "name"), [])
    const [touched] = after(begin, { type: "PlaceLeft", place: ["name"] })
    assert.deepStrictEqual(codes(touched, "name"), ["required"])
    assert.deepStrictEqual(codes(touched, "kind"), [])
    const [left] = after(touched, { type: "SectionLeft", section: "about" })
    assert.deepStrictEqual([codes(left, "kind"), codes(left, "since")], [["required"], []])
    const [reviewed] = after(left, { type: "ReviewOpened" })
    assert.deepStrictEqual(codes(reviewed, "since"), ["date-type"])
  })

  it("sections by what is asked, and the next with something to do", () => {
    const [state] = after(start(), changed("kind", "company"), { type: "SectionEntered", section: "about" })
    assert.deepStrictEqual(
      session.sections(state).map(({ id, state }) => `${id} ${state}`),
      ["about started", "ownership to-do", "papers to-do"],
    )
    assert.strictEqual(session.nextSection(state, "about"), "ownership")
    assert.strictEqual(session.nextSection(state, "papers"), "about")
    const [person] = after(state, changed("kind", "person"))
    assert.deepStrictEqual(
      session.sections(person).map(({ id }) => id),
      ["about", "papers"],
    )
    assert.deepStrictEqual(session.missing(person), [["name"], ["passport"]])
    assert.strictEqual(session.end(person)?.id, "forAll")
  })

  it("texts with the answers in them, of the same instance where there is one", () => {
    const [state] = after(
      start(),
      changed("kind", "company"),
      changed("name", "Eva"),
      owner(0, "owner", "Ann"),
      owner(0, "share", 30),
      owner(1, "owner", "Bo"),
      owner(1, "share", 50),
    )
    const text = (template: string, ...place: FillSession.Place) =>
      Reading.text(session, state, template, ["en"], place)
    assert.strictEqual(
      text("Hello {{name}}, {{total}} % in all, {{kind}}{{street}}"),
      "Hello Eva, 80 % in all, A company",
    )
    assert.strictEqual(text("{{owner}} of {{name}}", "owners", 1, "proof"), "Bo of Eva")
    assert.strictEqual(Reading.text(session, state, { en: "Hi", sv: "Hej {{kind}}" }, ["sv-FI", "en"]), "Hej A company")
    assert.deepStrictEqual(session.valueOf(state, ["total"]), 80)
    assert.isTrue(session.isAsked(state, ["owners", 1, "proof"]))
    assert.isFalse(session.isAsked(state, ["street"]))
    assert.isTrue(session.isOffered(state, ["interests"], "audit"))
    assert.isFalse(session.isRequired(state, ["passport"]))
  })

  it("the review has every answer that counts, as the firm reads it", () => {
    const [state] = after(
      start(),
      changed("kind", "company"),
      changed("interests", ["audit", "tax"]),
      owner(0, "owner", "Ann"),
      changed("street", "hidden"),
      changed("kind", "person"),
    )
    assert.deepStrictEqual(Reading.review(session, state, ["sv"]), [
      { section: "about", place: ["kind"], label: "kind", lines: ["En person"] },
      { section: "about", place: ["interests"], label: "interests", lines: ["Tax"] },
    ])
    // and nothing that is hidden is forgotten
    assert.deepStrictEqual(session.draft(state), {
      kind: "person",
      interests: ["audit", "tax"],
      owners: [{ owner: "Ann" }],
      street: "hidden",
    })
  })

  it("issues go with their instance", () => {
    const issue = { code: "too-rich", question: "share", pointer: "/owners/1/share", values: {}, malformed: false }
    const [state] = after(
      start({ answers: { kind: "company", owners: [{}, { share: 101 }] } }),
      { type: "PlaceLeft", place: ["owners", 1, "owner"] },
      changed("agreed", true),
      due,
      { type: "SaveRefused", save: 1, issues: [issue] },
    )
    assert.deepStrictEqual([codes(state, "owners", 0, "owner"), codes(state, "owners", 1, "owner")], [[], ["required"]])
    const [moved] = after(state, { type: "InstanceMoved", place: ["owners", 1], to: 0 })
    assert.deepStrictEqual([codes(moved, "owners", 0, "owner"), codes(moved, "owners", 1, "owner")], [["required"], []])
    assert.deepStrictEqual(codes(moved, "owners", 0, "share"), ["too-rich"])
  })

  it("a new instance gets the focus", () => {
    assert.deepStrictEqual(after(start(), { type: "InstanceAdded", group: ["owners"] })[1], [
      { type: "WakeSaver", afterMillis: 1000 },
      { type: "MoveFocus", place: ["owners", 0] },
    ])
  })
})

describe("submitting", () => {
  const answers = { kind: "person", name: "Eva", passport: [fileRef("a")] }
  const begin = start({ answers, revision: 5 })
  const asked: Message = { type: "SubmitAsked" }

  it("what is missing or wrong shows and gets the focus", () => {
    const [state, effects] = after(start({ answers: { kind: "person" } }), asked)
    assert.deepStrictEqual(effects, [{ type: "MoveFocus", place: ["name"] }])
    assert.deepStrictEqual(codes(state, "passport"), ["required"])
    assert.isNull(state.submission)
  })

  it("what is not saved is saved first; then that revision is submitted, once", () => {
    const [saving, effects] = after(begin, changed("agreed", true), asked)
    assert.deepStrictEqual(effects, [{ type: "SaveAnswers", save: 1, revision: 5, answers: { agreed: true } }])
    const [state, submits] = after(saving, succeeded(1, 6))
    assert.deepStrictEqual(submits, [{ type: "Submit", revision: 6 }])
    assert.deepStrictEqual(after(state, asked, changed("name", "Evi"), due)[1], [])
    assert.isFalse(session.isEditable(state))
    const [done] = after(state, { type: "SubmitSucceeded", receipt: { id: "r" } })
    assert.deepStrictEqual(done.submission, { state: "submitted", receipt: { id: "r" } })
    assert.strictEqual(after(done, changed("name", "Evi"))[0], done)
  })

  it("waits for a save that fails, and submits by itself in the end", () => {
    const [state] = after(begin, changed("agreed", true), asked, failed(1))
    const [, effects] = after(state, due, succeeded(2, 6))
    assert.deepStrictEqual(effects, [{ type: "Submit", revision: 6 }])
  })

  it("not what the server does not take", () => {
    const [state, effects] = after(begin, changed("agreed", true), asked, { type: "SaveRefused", save: 1, issues: [] })
    assert.deepStrictEqual([state.submission, effects], [null, []])
  })

  it("not while a conflict is open or a file is on its way", () => {
    const [conflicted, effects] = after(
      begin,
      changed("name", "Evi"),
      { type: "AnswersArrived", revision: 6, answers: { ...answers, name: "Ewa" } },
      asked,
    )
    assert.deepStrictEqual(effects, [{ type: "MoveFocus", place: ["name"] }])
    assert.isNull(conflicted.submission)
    const [, busy] = after(begin, { type: "FilesChosen", place: ["passport"], files: [pdf("b")] }, asked)
    assert.deepStrictEqual(busy, [{ type: "MoveFocus", place: ["passport"] }])
  })

  it("refused with issues, failed, or behind somebody else's save: it can be mended and tried again", () => {
    const [submitting] = after(begin, asked)
    const issue = { code: "upload-infected", question: "passport", pointer: "/passport", values: {}, malformed: false }
    const [refused] = after(submitting, { type: "SubmitRefused", issues: [issue] })
    assert.deepStrictEqual(codes(refused, "passport"), ["upload-infected"])
    assert.deepStrictEqual(after(refused, asked)[1], [{ type: "Submit", revision: 5 }])
    const [failed] = after(submitting, { type: "SubmitFailed" })
    assert.isTrue(session.isEditable(failed))
    const [behind] = after(submitting, { type: "SubmitConflicted", revision: 6, theirs: { ...answers, name: "Ewa" } })
    assert.deepStrictEqual(session.answerAt(behind, ["name"]), "Ewa")
    assert.deepStrictEqual(after(behind, asked)[1], [{ type: "Submit", revision: 6 }])
  })
})

describe("bad input", () => {
  it("places that are none, and answers of any shape, change nothing or are kept as they are", () => {
    const begin = start()
    for (const place of [
      [],
      ["__proto__"],
      ["owners"],
      ["owners", -1, "owner"],
      ["owners", 0.5, "owner"],
      ["name", 0],
      ["address"],
      ["hello"],
      ["passport"],
    ])
      assert.strictEqual(after(begin, { type: "AnswerChanged", place, answer: "x" })[0], begin, JSON.stringify(place))
    let deep: unknown = "deep"
    for (let i = 0; i < 100_000; i++) deep = [deep]
    const [state] = after(begin, changed("name", deep), due, {
      type: "SaveConflicted",
      save: 1,
      revision: 1,
      theirs: JSON.parse(
        `{ "__proto__": { "polluted": true }, "name": ${"[".repeat(5000)}${"]".repeat(5000)}, "owners": [1, null] }`,
      ) as Record<string, unknown>,
    })
    assert.deepStrictEqual(
      state.conflicts.map(({ place }) => place),
      [["name"]],
    )
    assert.isUndefined(Reflect.get({}, "polluted"))
    assert.isNotEmpty(session.issues(state))
  })
})

it("the questionnaire stands in no state", () => {
  assert.notInclude(JSON.stringify(after(start(), changed("name", "Eva"))[0]), JSON.stringify(questionnaire.title))
})

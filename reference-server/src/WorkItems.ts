/**
 * Work items: what requests are about (PassFort's profile, TaxDome's job, Karbon's work, the broker's opportunity), with
 * their tasks, the contacts in them and the basket of what is to be asked next.
 *
 * Words: a task *offers* the questionnaires that a customer may be asked for it (P2); the *basket* holds, for each task,
 * the one that was chosen (P3, P5); a task is *out* while a request with it is open (P4). Whether work or a task waits for
 * the customer is read from the requests, so it is true also where nobody noticed yet that one expired (I12).
 */
import type { ClientRequest, Questionnaire } from "@requite/core"
import type { Renamed } from "@requite/core/Questionnaire/Combination"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Contact } from "./Contacts.ts"
import type { Member } from "./Members.ts"
import type { SqlError } from "./platform/Sql.ts"
import type { QuestionnaireNotFound } from "./Questionnaires.ts"

export const Status = Schema.Literals(["Active", "WaitingForCustomer", "Completed"])
export type Status = typeof Status.Type

export const WorkItem = Schema.Struct({
  id: Schema.String,
  title: Schema.String,
  /** What customers read in place of the title (K28); empty: the title. */
  externalName: Schema.String,
  /** Their names, in order. */
  stages: Schema.Array(Schema.String),
  /** The index of the stage it is in. */
  stage: Schema.Int,
  /** Goes to the next stage when the customer submits (T17). */
  autoAdvance: Schema.Boolean,
  status: Status,
  /** The member whose work it is; null: nobody's yet. */
  assignee: Schema.NullOr(Schema.String),
  /** Milliseconds since the epoch. */
  createdAt: Schema.Int,
  updatedAt: Schema.Int,
})
export type WorkItem = typeof WorkItem.Type

export const defaultStages: ReadonlyArray<string> = ["To do", "In progress", "Review", "Done"]

/** Who may say what a task offers: every member, or administrators alone. */
export const Offering = Schema.Literals(["members", "admins"])
export type Offering = typeof Offering.Type

/** May this member? */
export const mayOffer = ({ role }: Pick<Member, "role">, offering: Offering): boolean =>
  offering === "members" || role === "admin"

export const TaskStatus = Schema.Literals(["Open", "WaitingForCustomer", "Done"])
export type TaskStatus = typeof TaskStatus.Type

export const Task = Schema.Struct({
  id: Schema.String,
  workItem: Schema.String,
  title: Schema.String,
  status: TaskStatus,
  /** Ids of the questionnaires it offers, in the newest version each. */
  questionnaires: Schema.Array(Schema.String),
  /** The open request that it is out with; null: none. */
  out: Schema.NullOr(Schema.String),
  /** The request that its answers came back with last, and when; null: none came yet (P16). */
  result: Schema.NullOr(Schema.Struct({ request: Schema.String, at: Schema.Int })),
})
export type Task = typeof Task.Type

/** A contact in the work, as which role: "Primary Applicant", "Guarantor", or any other words; "": none. */
export const Participant = Schema.Struct({ ...Contact.fields, role: Schema.String })
export type Participant = typeof Participant.Type

/** Roles that are offered; others can be typed. To the first three the customer centre may be opened (C3). */
export const roles: ReadonlyArray<string> = ["Primary Applicant", "Applicant", "Guarantor", "Referee"]

export const BasketEntry = Schema.Struct({
  task: Schema.String,
  /** Of the task. */
  title: Schema.String,
  questionnaire: Schema.String,
})
export type BasketEntry = typeof BasketEntry.Type

/** There is none of that id in this workspace, or not in this work item. */
export class WorkNotFound extends Schema.TaggedError<WorkNotFound>()("WorkNotFound", {
  what: Schema.Literals(["work-item", "task", "contact"]),
  id: Schema.String,
}) {}

export const RefusalCode = Schema.Literals([
  // of no member, or no questionnaire, of this workspace
  "assignee-unknown",
  "questionnaire-unknown",
  "stage-unknown",
  // the task does not offer this questionnaire, or several, of which one has to be picked
  "not-offered",
  "pick-one",
  // what a task offers is administrators' to say here
  "offering-by-admins",
  "request-out",
  "work-completed",
  "basket-empty",
])

/** What was asked for is not done; nothing has changed. */
export class WorkRefused extends Schema.TaggedError<WorkRefused>()("WorkRefused", {
  code: RefusalCode,
  /** Ids: of the request that is out, the member, the questionnaire. */
  about: Schema.Array(Schema.String),
}) {}

export interface NewWorkItem {
  readonly title: string
  readonly externalName?: string
  readonly stages?: ReadonlyArray<string>
  readonly autoAdvance?: boolean
  readonly assignee?: string | null
}
export interface WorkItemChanges extends Partial<NewWorkItem> {
  readonly stage?: number
}

export interface NewTask {
  readonly title: string
  readonly questionnaires: ReadonlyArray<string>
}
export interface TaskChanges extends Partial<NewTask> {
  /** The firm says itself that it is done, or not. */
  readonly done?: boolean
}

export interface Query {
  readonly status?: Status
  /** Part of a title. */
  readonly search?: string
  readonly limit: number
  readonly offset: number
}

/** A work item with everything in it. */
export interface Overview {
  readonly workItem: WorkItem
  readonly tasks: ReadonlyArray<Task>
  readonly participants: ReadonlyArray<Participant>
  readonly basket: ReadonlyArray<BasketEntry>
  /** Its requests, the latest first. */
  readonly requests: ReadonlyArray<ClientRequest.State>
}

/** What is in a basket as one questionnaire to ask, not stored yet, and which sections are whose. */
export interface Asking {
  readonly source: string
  readonly questionnaire: Questionnaire.Questionnaire
  /** As `ClientRequest.Details` has them. */
  readonly tasks: ReadonlyArray<ClientRequest.TaskPart>
}

/** Which questionnaire of a task a request asked for, and what its ids are called there. */
export interface AskedPart {
  readonly questionnaire: string
  readonly version: number
  readonly names: Renamed
}

type Found<A> = Effect.Effect<A, WorkNotFound>
type Changed<A = void> = Effect.Effect<A, WorkNotFound | WorkRefused>

export class WorkItems extends Context.Service<
  WorkItems,
  {
    list(
      workspaceId: string,
      query: Query,
    ): Effect.Effect<{ readonly workItems: ReadonlyArray<WorkItem>; readonly total: number }>
    get(workspaceId: string, id: string): Found<WorkItem>
    overview(workspaceId: string, id: string): Found<Overview>
    /** New work under this id; what is there under it already stays as it is. */
    create(workspaceId: string, id: string, input: NewWorkItem): Changed<WorkItem>
    edit(workspaceId: string, id: string, changes: WorkItemChanges): Changed<WorkItem>
    /** Marks it alone: `WorkItems/closing.ts` takes its requests along (K39). */
    mark(workspaceId: string, id: string, completed: boolean): Found<void>
    /** Whose work it can be: the members of the firm, by name. */
    assignees(workspaceId: string): Effect.Effect<ReadonlyArray<{ readonly id: string; readonly name: string }>>

    task(workspaceId: string, workItemId: string, id: string): Found<Task>
    addTask(by: Member, workItemId: string, id: string, input: NewTask): Changed<Task>
    editTask(by: Member, workItemId: string, id: string, changes: TaskChanges): Changed<Task>
    /** Who says what tasks ask customers for (P2). */
    offering(workspaceId: string): Effect.Effect<Offering>
    /** What tasks ask for by then stays. */
    setOffering(by: Member, offering: Offering): Effect.Effect<void>

    /** The contacts of a work item with their roles, those that were deleted left out (K16, C2, C3, C11). */
    rolesOf(workspaceId: string, workItemId: string): Found<ReadonlyArray<Participant>>
    /** Adds a contact, or gives one that is there another role. */
    setRole(workspaceId: string, workItemId: string, contactId: string, role: string): Found<void>
    removeContact(workspaceId: string, workItemId: string, contactId: string): Found<void>

    basket(workspaceId: string, workItemId: string): Found<ReadonlyArray<BasketEntry>>
    /** Chooses what a task asks the customer for, instead of what was chosen before. Without a questionnaire: the one that
     * it offers. */
    addToBasket(workspaceId: string, workItemId: string, task: string, questionnaire?: string): Changed
    /** What is not there is passed over. */
    removeFromBasket(workspaceId: string, workItemId: string, task: string): Found<void>
    clearBasket(workspaceId: string, workItemId: string): Found<void>
    /**
     * What is in the basket as one questionnaire: the stored one itself where it is only one, else one under an id that
     * follows from its content, so that the same basket gives the same. Remembers whose answers are whose under that id.
     */
    combine(
      workspaceId: string,
      workItemId: string,
      options: { readonly language: string; readonly title: string },
    ): Effect.Effect<Asking, WorkNotFound | WorkRefused | QuestionnaireNotFound>
    /** What a combined questionnaire asks for a task; null: it is no combination of ours, its ids are its own. */
    partOf(workspaceId: string, combination: string, task: string): Effect.Effect<AskedPart | null>

    /**
     * Takes note of what happened to a request, in the transaction of the caller: sections that are complete make their
     * tasks done with a result (P16, K31), a submission moves the work one stage on, once (T17), a send empties the basket
     * of what was sent. Harmless when it is told the same twice.
     */
    follow(
      workspaceId: string,
      before: ClientRequest.State | null,
      after: ClientRequest.State,
      events: ReadonlyArray<ClientRequest.Event>,
    ): Effect.Effect<void, SqlError.SqlError>
  }
>()("@requite/reference-server/WorkItems") {}

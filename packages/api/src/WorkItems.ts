/**
 * The group `workItems`: what requests are about, with tasks, contacts in roles, and the basket of what is to be asked
 * next. Every change answers with the work item as it is after it. For members.
 */
import * as Schema from "effect/Schema"
import { MemberAccess } from "./Access.ts"
import * as Contacts from "./Contacts.ts"
import * as Failure from "./Failure.ts"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "./HttpApi.ts"
import * as Timeline from "./Timeline.ts"
import * as Wire from "./Wire.ts"

const Status = Schema.Literals(["Active", "WaitingForCustomer", "Completed"]).annotate({
  identifier: "WorkItemStatus",
  description: "WaitingForCustomer: a request of this work is open. Completed: customers no longer reach its requests.",
})
const title = Wire.filledLine(200).annotate({ examples: ["Onboarding of Lind & Co AB"] })
const stages = Schema.Array(Wire.filledLine(100))
  .check(Schema.isMinLength(1), Schema.isMaxLength(50))
  .annotate({
    description: "The names of its stages, in order.",
    examples: [["To do", "In progress", "Review", "Done"]],
  })
const autoAdvance = Schema.Boolean.annotate({
  description: "Moves to the next stage when the customer submits, once for each request.",
})
const assignee = Schema.NullOr(Wire.Id).annotate({ description: "The member whose work it is." })
const offered = Schema.Array(Schema.String.check(Schema.isMaxLength(64)))
  .check(Schema.isMaxLength(50))
  .annotate({ description: "Ids of the questionnaires that a customer may be asked.", examples: [["kyc"]] })
const externalName = Wire.line(200).annotate({
  description: "What customers read in their portal in place of the title; empty: the title.",
})
const role = Wire.line(100).annotate({ examples: ["Primary Applicant", "Guarantor"] })

/** Work to make. */
export const NewWorkItem = Schema.Struct({
  title,
  externalName: Schema.optionalKey(externalName),
  stages: Schema.optionalKey(stages),
  autoAdvance: Schema.optionalKey(autoAdvance),
  assignee: Schema.optionalKey(assignee),
}).annotate({ identifier: "NewWorkItem", examples: [{ title: "Onboarding of Lind & Co AB", autoAdvance: true }] })

/** What of it is to change; properties that are left out stay. */
export const WorkItemChanges = Schema.Struct({
  title: Schema.optionalKey(title),
  externalName: Schema.optionalKey(externalName),
  stages: Schema.optionalKey(stages),
  stage: Schema.optionalKey(Schema.Int.annotate({ description: "The index of the stage that it is in." })),
  autoAdvance: Schema.optionalKey(autoAdvance),
  assignee: Schema.optionalKey(assignee),
}).annotate({ identifier: "WorkItemChanges", examples: [{ stage: 2 }] })

/** A task to add. What it offers may be administrators' to say (P2). */
export const NewTask = Schema.Struct({ title, questionnaires: Schema.optionalKey(offered) }).annotate({
  identifier: "NewTask",
  examples: [{ title: "Identity check", questionnaires: ["kyc"] }],
})
export const TaskChanges = Schema.Struct({
  title: Schema.optionalKey(title),
  questionnaires: Schema.optionalKey(offered),
  done: Schema.optionalKey(Schema.Boolean.annotate({ description: "The firm says itself that it is done, or not." })),
}).annotate({ identifier: "TaskChanges", examples: [{ done: true }] })

export const Summary = Schema.Struct({
  id: Wire.Id,
  title: Schema.String,
  externalName: Schema.String,
  status: Status,
  stages: Schema.Array(Schema.String),
  stage: Schema.Int,
  autoAdvance: Schema.Boolean,
  assignee: Schema.NullOr(Schema.String),
  createdAt: Wire.Timestamp,
  updatedAt: Wire.Timestamp,
}).annotate({ identifier: "WorkItemSummary", description: "A work item without what is in it." })
export type Summary = typeof Summary.Type

export const TaskView = Schema.Struct({
  id: Wire.Id,
  title: Schema.String,
  status: Schema.Literals(["Open", "WaitingForCustomer", "Done"]),
  questionnaires: Schema.Array(Schema.String),
  out: Schema.NullOr(Wire.Id).annotate({ description: "The open request that it is out with." }),
  result: Schema.NullOr(Schema.Struct({ request: Wire.Id, at: Wire.Timestamp })).annotate({
    description: "The request that its answers came back with last: `…/tasks/{task}/answers` reads them.",
  }),
}).annotate({ identifier: "Task", description: "A task, and whether it waits for the customer." })

/** A work item with everything in it. */
export const WorkItemView = Schema.Struct({
  ...Summary.fields,
  tasks: Schema.Array(TaskView),
  contacts: Schema.Array(Schema.Struct({ contact: Contacts.ContactView, role: Schema.String })),
  basket: Schema.Array(Schema.Struct({ task: Wire.Id, questionnaire: Schema.String })),
  requests: Schema.Array(
    Schema.Struct({
      id: Wire.Id,
      title: Schema.String,
      state: Wire.LifecycleState,
      sentAt: Schema.NullOr(Wire.Timestamp),
    }),
  ),
}).annotate({ identifier: "WorkItem", description: "A work item: tasks, contacts, basket and requests." })
export type WorkItemView = typeof WorkItemView.Type

export const TaskAnswers = Schema.Struct({
  request: Wire.Id,
  at: Wire.Timestamp,
  questionnaire: Schema.Struct({ id: Schema.String, version: Schema.Int }),
  answers: Wire.Answers,
  checks: Schema.Array(Wire.RequestedCheck),
}).annotate({
  identifier: "TaskAnswers",
  description:
    "What came back to a task, by the ids of the questionnaire that it asked, however many were sent at once.",
})
export type TaskAnswers = typeof TaskAnswers.Type

const params = { id: Wire.Id }
const ofTask = { ...params, task: Wire.Id }
const ofContact = { ...params, contact: Wire.Id }
const found = { success: WorkItemView, error: Failure.NotFound }
const changed = { success: WorkItemView, error: [Failure.NotFound, Failure.WorkRefused] }
const made = { ...changed, success: WorkItemView.pipe(HttpApiSchema.status(201)) }

const whole = (begin: number, end: number) => Schema.Int.check(Schema.isBetween({ minimum: begin, maximum: end }))

export class WorkItems extends HttpApiGroup.make("workItems")
  .add(
    HttpApiEndpoint.get("list", "/", {
      query: {
        status: Schema.optionalKey(Status),
        search: Schema.optionalKey(Wire.line(200).annotate({ description: "Part of a title." })),
        limit: Schema.optionalKey(whole(1, 100)),
        offset: Schema.optionalKey(whole(0, 1_000_000)),
      },
      success: Schema.Struct({ workItems: Schema.Array(Summary), total: Schema.Int }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "List work items",
        description: "The firm's work, what changed last first, and how many match in all.",
      }),
    ),
    HttpApiEndpoint.post("create", "/", {
      ...made,
      headers: Contacts.madeOnce,
      payload: NewWorkItem,
    }).annotateMerge(
      OpenApi.annotations({ summary: "Make a work item", description: "Makes a work item, in its first stage." }),
    ),
    HttpApiEndpoint.get("mails", "/:id/mails", Timeline.endpoint).annotateMerge(
      OpenApi.annotations({
        summary: "List a work item's e-mails",
        description: "What was written to customers for it, the latest first, and how many there are in all.",
      }),
    ),
    HttpApiEndpoint.get("filesZip", "/:id/files.zip", {
      params,
      success: HttpApiSchema.StreamUint8Array(),
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Download all files",
        description:
          "A ZIP with a folder for each request of the work item: the customer's files, the answers as a PDF, and one `manifest.json` with every digest. Files that are withheld are listed there, and left out.",
      }),
    ),
    HttpApiEndpoint.get("get", "/:id", { params, ...found }).annotateMerge(
      OpenApi.annotations({ summary: "Read a work item", description: "A work item with everything in it." }),
    ),
    HttpApiEndpoint.patch("edit", "/:id", { params, ...changed, payload: WorkItemChanges }).annotateMerge(
      OpenApi.annotations({ summary: "Change a work item", description: "Changes what is given." }),
    ),
    HttpApiEndpoint.post("complete", "/:id/complete", { params, ...found }).annotateMerge(
      OpenApi.annotations({
        summary: "Complete a work item",
        description: "Customers no longer reach its requests, and are reminded of none, until it is opened again.",
      }),
    ),
    HttpApiEndpoint.post("reopen", "/:id/reopen", { params, ...found }).annotateMerge(
      OpenApi.annotations({
        summary: "Open a work item again",
        description: "Its requests go on where they were; send them again for links that work.",
      }),
    ),
    HttpApiEndpoint.put("setRole", "/:id/contacts/:contact", {
      params: ofContact,
      ...found,
      payload: Schema.Struct({ role }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Add a contact",
        description: "Adds a contact in a role, or gives one that is there another role. An empty role is none.",
      }),
    ),
    HttpApiEndpoint.delete("removeContact", "/:id/contacts/:contact", { params: ofContact, ...found }).annotateMerge(
      OpenApi.annotations({ summary: "Take a contact out", description: "The contact itself stays." }),
    ),
    HttpApiEndpoint.post("addTask", "/:id/tasks", {
      params,
      ...made,
      headers: Contacts.madeOnce,
      payload: NewTask,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Add a task",
        description:
          "Adds a task, and says what a customer may be asked for it: in firms where that is administrators' to say, only they do.",
      }),
    ),
    HttpApiEndpoint.patch("editTask", "/:id/tasks/:task", {
      params: ofTask,
      ...changed,
      payload: TaskChanges,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Change a task",
        description: "Changes what is given. What it offers may be administrators' to change.",
      }),
    ),
    HttpApiEndpoint.get("answers", "/:id/tasks/:task/answers", {
      params: ofTask,
      success: TaskAnswers,
      error: Failure.NotFound,
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Read a task's answers",
        description: "What the customer gave for this task last.",
      }),
    ),
    HttpApiEndpoint.post("addToBasket", "/:id/basket", {
      params,
      ...changed,
      payload: Schema.Struct({
        task: Wire.Id,
        questionnaire: Schema.optionalKey(
          Schema.String.annotate({ description: "One that the task offers. It can be left out if there is only one." }),
        ),
      }),
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Choose what to ask",
        description:
          "Puts a task's request into the basket, for one send with those of other tasks. Refused while the task is out with a request.",
      }),
    ),
    HttpApiEndpoint.delete("removeFromBasket", "/:id/basket/:task", { params: ofTask, ...found }).annotateMerge(
      OpenApi.annotations({
        summary: "Take a request out of the basket",
        description: "One not there is passed over.",
      }),
    ),
    HttpApiEndpoint.delete("clearBasket", "/:id/basket", { params, ...found }).annotateMerge(
      OpenApi.annotations({ summary: "Empty the basket", description: "Nothing is chosen any more." }),
    ),
  )
  .middleware(MemberAccess)
  .prefix("/work-items")
  .annotateMerge(
    OpenApi.annotations({ title: "Work items", description: "What requests are about: jobs, profiles, cases." }),
  ) {}

/** Endpoints of a request's items, which are the sections of what is asked (K31, L44). */
import { HttpApiEndpoint } from "../HttpApi.ts"
import { headers, itemParams, refusable, said, Told } from "./endpoints.ts"
import { RequestView } from "./View.ts"

const endpoint = { params: itemParams, headers, success: RequestView, error: refusable }

export const acceptItem = HttpApiEndpoint.post("acceptItem", "/:id/items/:item/accept", endpoint).annotateMerge(
  said("Accept an item", "What the customer gave for it is as it should be."),
)

export const returnItem = HttpApiEndpoint.post("returnItem", "/:id/items/:item/return", {
  ...endpoint,
  payload: Told,
}).annotateMerge(
  said(
    "Send an item back",
    "The customer is asked for it again, and told why. Of a request that was submitted, nothing else can be written then.",
  ),
)

export const waiveItem = HttpApiEndpoint.post("waiveItem", "/:id/items/:item/waive", {
  ...endpoint,
  payload: Told,
}).annotateMerge(said("Waive an item", "It is not asked for any more."))

export const completeItem = HttpApiEndpoint.post("completeItem", "/:id/items/:item/complete", endpoint).annotateMerge(
  said("Complete an item for the customer", "The member says that nothing more is needed for it."),
)

export const reopenItem = HttpApiEndpoint.post("reopenItem", "/:id/items/:item/reopen", endpoint).annotateMerge(
  said("Take back that an item is complete", "The customer can go on with it (K47)."),
)

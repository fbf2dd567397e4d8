/** Endpoints that take out what came back: the answers in a format, the files as a ZIP, and a look at a picture. */
import * as Schema from "effect/Schema"
import * as Failure from "../Failure.ts"
import { HttpApiEndpoint, HttpApiSchema } from "../HttpApi.ts"
import * as Wire from "../Wire.ts"
import { params, said } from "./endpoints.ts"

const bytes = HttpApiSchema.StreamUint8Array()

export const exportAnswers = HttpApiEndpoint.get("exportAnswers", "/:id/export", {
  params,
  query: {
    format: Schema.optionalKey(
      Schema.Literals(["json", "csv", "pdf"]).annotate({
        description:
          "`json`, if nothing is said. `csv`: a line for each answer and file, formulas made harmless. `pdf`: to read and print, tagged.",
      }),
    ),
    bom: Schema.optionalKey(
      Schema.Literals(["true", "false"]).annotate({ description: "A CSV that Excel opens as UTF-8." }),
    ),
  },
  success: bytes,
  error: Failure.NotFound,
}).annotateMerge(
  said(
    "Export the answers",
    "What the customer gave so far, or submitted, with the receipt and the digests of the files.",
  ),
)

export const filesZip = HttpApiEndpoint.get("filesZip", "/:id/files.zip", {
  params,
  success: bytes,
  error: Failure.NotFound,
}).annotateMerge(
  said(
    "Download all files",
    "A ZIP with the customer's files under the names of their sections and questions, the answers as a PDF, and `manifest.json` with every digest. Files that are withheld are listed there, and left out.",
  ),
)

export const preview = HttpApiEndpoint.get("preview", "/:id/files/:file/preview", {
  params: { ...params, file: Wire.Id },
  query: { size: Schema.optionalKey(Schema.Literals(["small", "large"])) },
  success: bytes,
  error: [Failure.NotFound, Failure.FileWithheld],
}).annotateMerge(
  said(
    "Look at a picture",
    "A WebP of at most 1200 points a side (`small`: 160), drawn anew, with nothing that was hidden in the file. Only of JPEG, PNG, WebP, TIFF, GIF and AVIF, and only once it was scanned.",
  ),
)

/** The properties of elements that are known here; all others are reported, those without a counterpart with the reason. */
import { isObject, listAt, type Report, stringAt } from "../Imported.ts"
import type { Field } from "./model.ts"

/** What is read above, or of no meaning outside a page of SurveyJS. */
const known = new Set(
  (
    "type name title description visibleIf isRequired requiredIf visible elements templateElements items rows columns choices choicesVisibleIf rowsVisibleIf " +
    "detailElements choicesFromQuestion choicesFromQuestionMode choicesMin choicesMax choicesStep showOtherItem hasOther showNoneItem hasNone noneText showRefuseItem " +
    "refuseText showDontKnowItem dontKnowText otherText inputType min max step minValueExpression maxValueExpression maxLength minLength rateValues rateMin rateMax " +
    "rateStep rateCount valueTrue valueFalse labelTrue labelFalse html expression maxSelectedChoices minSelectedChoices minPanelCount maxPanelCount minRowCount " +
    "maxRowCount allowMultiple maxSize acceptedTypes cellType eachRowRequired isAllRowRequired valueName multiSelect " +
    // looks and comfort of a page
    "startWithNewLine titleLocation descriptionLocation width minWidth maxWidth colCount columnColCount indent rightIndent size rows cols autoGrow allowResize placeholder placeHolder " +
    "showNumber showQuestionNumbers questionStartIndex state innerIndent renderAs searchEnabled allowClear displayMode autoGenerate rateType clearIfInvisible hideNumber itemSize"
  ).split(" "),
)

const without: Readonly<Record<string, string>> = {
  enableIf: "An item cannot be read-only: it can be answered here.",
  readOnly: "An item cannot be read-only: it can be answered here.",
  defaultValue: "Answers are not filled in beforehand.",
  defaultValueExpression: "Answers are not filled in beforehand.",
  setValueExpression: "Answers are not changed by other answers.",
  setValueIf: "Answers are not changed by other answers.",
  resetValueIf: "Answers are not changed by other answers.",
  showCommentArea: "There is no comment beside an answer.",
  hasComment: "There is no comment beside an answer.",
  correctAnswer: "Answers are not marked as right or wrong.",
}

/** Reports what an element has that is not imported. */
export const unknownProperties = ({ source, path }: Field, report: Report): void => {
  for (const key of isObject(source) ? Object.keys(source) : []) {
    if (known.has(key)) continue
    if (key !== "validators") {
      report.drop([...path, key], key, without[key] ?? "There is no counterpart.")
      continue
    }
    listAt(source, key).forEach((one, i) => {
      const type = stringAt(one, "type") ?? "validator"
      if (["numeric", "text", "email", "answercount", "regex"].includes(type)) return
      report.drop([...path, key, i], type.slice(0, 40), "This check of an answer has no counterpart.")
    })
  }
}

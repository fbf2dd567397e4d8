/** The properties of components that are known here; all others that say something are reported. */
import { at, isObject, type Report } from "../Imported.ts"
import type { Field } from "./model.ts"

/** What is read elsewhere, or only concerns the looks and comfort of a page of Form.io, its storage and its API. */
const known = new Set(
  (
    "id _id type key input label title legend components columns rows values data questions valueComponent content html tag attrs hidden conditional customConditional logic " +
    "validate description tooltip multiple dataSrc valueProperty template dataType currency prefix suffix decimalLimit enableDate enableTime datePicker minDate maxDate fields dayFirst " +
    "filePattern fileMaxSize image inputMask display form path name input clearOnHide enableManualMode " +
    // looks and comfort
    "tableView placeholder customClass hideLabel labelPosition labelWidth labelMargin tabindex autofocus spellcheck widget inputType inputFormat mask isNew reorder theme collapsible collapsed " +
    "breadcrumb breadcrumbClickable buttonSettings navigateOnEnter scrollToTop allowPrevious nextPage verticalLayout autoAdjust hideOnChildrenHidden striped bordered hover condensed cellAlignment numRows numCols " +
    "header caption cloneRows inline optionsLabelPosition inputLabelPosition searchEnabled searchThreshold minSearch limit sort lazyLoad readOnlyValue selectThreshold selectFields searchField searchDebounce idPath " +
    "uniqueOptions fuseOptions indexeddb authenticate ignoreCache filter disableLimit refreshOn redrawOn refreshOnChange clearOnRefresh noRefreshOnScroll customOptions useExactSearch useLocaleSettings allowInput " +
    "format displayInTimezone timezone datepickerMode timePicker defaultDate enableMinDateInput enableMaxDateInput dataFormat hideInputLabels inputsLabelPosition delimiter requireDecimal thousandsSeparator decimalSymbol " +
    "truncateMultipleSpaces case autocomplete showWordCount showCharCount autoExpand editor wysiwyg isUploadEnabled uploadStorage uploadUrl uploadOptions uploadDir fixedSize as minRows maxRows addAnother addAnotherPosition " +
    "removeRow saveRow modal modalEdit rowDrafts defaultOpen openWhenEmpty inlineEdit templates displayAsTable initEmpty layoutFixed enableRowGroups showAddBtn disableAddingRemovingRows keyBeforeValue keyLabel " +
    "storage dir uploadOnly privateDownload imageSize webcam webcamSize fileTypes fileNameTemplate url options fileMinSize footer width height penColor backgroundColor minWidth maxWidth keepOverlayRatio " +
    "provider providerOptions manualModeViewString switchToManualModeLabel disableClearIcon tree delimeter storeas maxTags fieldSet shortcut dataGridLabel errorLabel mapping " +
    "properties attributes tags overlay addons applyMaskOn allowMultipleMasks displayMask showLabel alwaysEnabled className validateOn validateWhenHidden persistent protected dbIndex encrypted submissionAccess modelType " +
    "defaultPermission versions access created modified block leftIcon rightIcon size action event disableOnInvalid lockKey order hideColumns currentWidth push pull offset mobile grid unifiedComponents src reference revision " +
    "serverOverride conflictId scope hideIfChildrenHidden isDraggable showValidations calculateServer allowCalculateOverride kickbox dayFirst maxYear minYear subtype rowClass gridRow shouldIncludeSubFormPath tooltipPosition"
  ).split(" "),
)

const without: Readonly<Record<string, string>> = {
  defaultValue: "Answers are not filled in beforehand.",
  customDefaultValue: "Answers are not filled in beforehand; JavaScript is never run.",
  calculateValue: "Its value is not calculated: it is asked for.",
  disabled: "An item cannot be read-only: it can be answered here.",
  unique: "Answers are not compared with those of others.",
  custom: "JavaScript is never run.",
  json: "This check of an answer has no counterpart.",
  row: "This check of an answer has no counterpart.",
  errors: "The sentences about wrong answers are ours.",
  customMessage: "The sentences about wrong answers are ours, but for a pattern.",
  clearOnHide: "What is not asked has no answer.",
}

const checks = new Set(
  (
    "required min max step integer minLength maxLength pattern patternMessage minSelectedCount maxSelectedCount minWords maxWords multiple unique custom customPrivate json row " +
    "strictDateValidation onlyAvailableItems skipMaskValidation select nested customMessage minSelectedCountMessage maxSelectedCountMessage"
  ).split(" "),
)
const unchecked = new Set(["custom", "json", "row", "unique", "customMessage"])

/** Does it say anything? A builder writes out every property that there is. What is deep says something. */
const says = (value: unknown, depth = 0): boolean => {
  if (typeof value !== "object" || value === null)
    return value !== undefined && value !== null && value !== false && value !== ""
  return depth > 5 || Object.values(value).some((one) => says(one, depth + 1))
}

/** Reports what a component has that is not imported. */
export const unknownProperties = ({ source, path, type, shape }: Field, report: Report): void => {
  if (type === "survey question" || !isObject(source)) return
  for (const key of Object.keys(source)) {
    const isKept = key === "clearOnHide" && at(source, key) === false && at(source, "hidden") !== true
    if ((known.has(key) && !isKept) || (!isKept && !says(at(source, key)))) continue
    report.drop([...path, key], key, without[key] ?? "There is no counterpart.")
  }
  const validate = at(source, "validate")
  for (const key of isObject(validate) ? Object.keys(validate) : []) {
    if (!says(at(validate, key)) || (checks.has(key) && !unchecked.has(key))) continue
    if (key === "customMessage" && shape.kind === "text" && says(at(validate, "pattern"))) continue
    report.drop([...path, "validate", key], key, without[key] ?? "This check of an answer has no counterpart.")
  }
}

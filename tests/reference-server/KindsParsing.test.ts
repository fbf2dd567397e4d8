import { assert, describe, it } from "@effect/vitest"
import * as date from "../../reference-server/src/CustomerPages/kinds/date/parse.ts"
import * as number from "../../reference-server/src/CustomerPages/kinds/number/parse.ts"
import * as Processor from "../support/Processor.ts"

describe("numbers as people write them", () => {
  it("are read by the reader's language, and by the writing itself where that says more", () => {
    for (const [typed, locale, expected] of [
      ["12", "en", 12],
      [" 007 ", "en", 7],
      ["-3.5", "en", -3.5],
      ["−3,5", "sv", -3.5],
      ["+4", "en", 4],
      ["1 234,5", "sv", 1234.5],
      ["1\u00a0234,5", "sv", 1234.5],
      ["1\u202f234\u202f567", "sv", 1_234_567],
      ["1'234.50", "en", 1234.5],
      ["1.234,5", "es", 1234.5],
      ["1.234,5", "en", 1234.5],
      ["1,234.5", "sv", 1234.5],
      ["1.234.567", "en", 1_234_567],
      ["1.234", "es", 1234],
      ["1,234", "en", 1234],
      ["1.234", "en", 1.234],
      ["1,234", "sv", 1.234],
      ["1.5", "es", 1.5],
      ["1,5", "en", 1.5],
      ["12345.67", "sv", 12345.67],
      ["0.125", "sv", 0.125],
      [".5", "en", 0.5],
      ["5,", "sv", 5],
      ["１２", "en", 12],
    ] as const) {
      assert.strictEqual(number.parse(typed, locale), expected, `${locale} ${typed}`)
    }
  })

  it("are none where a guess could be wrong by a thousand, or nothing says which", () => {
    for (const typed of [
      "1.234",
      "",
      "ten",
      "1 2",
      "12 34",
      "1,2,3",
      "1,234,56",
      "1..2",
      "1.2.3,4,5",
      "--1",
      "1-2",
      "1e5",
      "0x10",
      "Infinity",
      "NaN",
      "12345678901234567890",
      "0,12345678901234567",
      "1 234.567.8",
      ",",
    ]) {
      assert.isUndefined(number.parse(typed, "sv"), typed)
    }
  })

  it("may have their unit written beside them", () => {
    assert.strictEqual(number.parse("€ 1,234", "en", "€"), 1234)
    assert.strictEqual(number.parse("1 234 kr", "sv", "kr"), 1234)
    assert.strictEqual(number.parse("12 %", "en", "%"), 12)
    assert.strictEqual(number.parse("12 Km", "en", "km"), 12)
    assert.isUndefined(number.parse("12 kg", "en", "km"))
    assert.isUndefined(number.parse("km", "en", "km"))
  })

  it("take no longer however long they are", () => {
    const before = Processor.worked()
    for (const typed of ["1".repeat(100_000), "1 ".repeat(50_000), "1.".repeat(50_000), "1,234".repeat(20_000)]) {
      assert.isUndefined(number.parse(typed, "en"))
    }
    assert.isBelow(Processor.worked() - before, 500)
  })
})

describe("dates as people type them", () => {
  it("are read from three fields, from a month's name, and from one field alone", () => {
    for (const [typed, locale, expected] of [
      [["27", "3", "2027"], "en", "2027-03-27"],
      [["01", "02", "2027"], "en", "2027-02-01"],
      [["27", "March", "2027"], "en", "2027-03-27"],
      [["27", "mar.", "2027"], "sv", "2027-03-27"],
      [["1", "mayo", "2027"], "es", "2027-05-01"],
      [["1", "maj", "2027"], "sv", "2027-05-01"],
      [["29", "2", "2028"], "en", "2028-02-29"],
      [["27/3/2027", "", ""], "en", "2027-03-27"],
      [["27 mars 2027", "", ""], "sv", "2027-03-27"],
      [["", "", "2027-03-27"], "en", "2027-03-27"],
    ] as const) {
      assert.strictEqual(date.parse(typed, locale), expected, typed.join(" "))
    }
  })

  it("that are not whole, do not exist or may be another are none, and come back part by part", () => {
    for (const typed of [
      ["", "3", "2027"],
      ["31", "2", "2027"],
      ["29", "2", "2027"],
      ["27", "13", "2027"],
      ["27", "3", "27"],
      ["27", "ma", "2027"],
      ["27", "3", "20270"],
      ["0", "3", "2027"],
      ["-1", "3", "2027"],
      ["x", "y", "z"],
    ] as const) {
      assert.isUndefined(date.parse(typed, "en"), typed.join(" "))
      assert.deepStrictEqual(date.split(date.join(typed)), typed)
    }
    assert.strictEqual(date.join(["", "", ""]), "")
    assert.deepStrictEqual(date.split("2027-03-07"), ["7", "3", "2027"])
    assert.deepStrictEqual(date.split("some day"), ["some day", "", ""])
    assert.deepStrictEqual(date.split({ day: 1 }), ["", "", ""])
  })
})

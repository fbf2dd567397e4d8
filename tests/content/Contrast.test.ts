import { assert, it } from "@effect/vitest"
import { Contrast } from "@requite/content"
import * as Schema from "effect/Schema"

const Colour = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffffff }))
const hex = (value: number) => `#${value.toString(16).padStart(6, "0")}`

it("measures as WCAG 2.2 does", () => {
  assert.strictEqual(Contrast.ratio("#000", "#fff"), 21)
  assert.strictEqual(Contrast.ratio("#abc", "#aabbcc"), 1)
  assert.closeTo(Contrast.ratio("#777777", "#ffffff"), 4.48, 0.005)
  assert.closeTo(Contrast.ratio("#ffffff", "#767676"), 4.54, 0.005)
})

it("reads only colours, so that none can carry other CSS", () => {
  assert.strictEqual(Contrast.normalize(" #A1f "), "#aa11ff")
  assert.strictEqual(Contrast.normalize("#1F5EFF"), "#1f5eff")
  for (const no of ["red", "#12", "#1234567", "#fff;background:url(x)", "#ggg", "", "rgb(0,0,0)"])
    assert.isUndefined(Contrast.normalize(no))
})

it("white reads on dark colours, black on light ones", () => {
  assert.strictEqual(Contrast.readableOn("#1f5eff"), "#ffffff")
  assert.strictEqual(Contrast.readableOn("#ffd400"), "#000000")
})

it.prop("words on any accent colour reach 4.5", { colour: Colour }, ({ colour }) => {
  assert.isAtLeast(Contrast.ratio(hex(colour), Contrast.readableOn(hex(colour))), 4.5)
})

it.prop(
  "an adjusted colour reaches 4.5 on any background",
  { colour: Colour, background: Colour },
  ({ background, colour }) => {
    assert.isAtLeast(Contrast.ratio(Contrast.adjusted(hex(colour), hex(background)), hex(background)), 4.5)
  },
)

it("a colour that reads already is left alone", () => {
  assert.strictEqual(Contrast.adjusted("#1f5eff", "#ffffff"), "#1f5eff")
})

it("P19: the nearest readable colour is of the same hue, and as near as it can be", () => {
  const onPaper = [
    { on: "#f5f5f2", least: 4.5 },
    { on: "#ffffff", least: 4.5 },
  ]
  assert.strictEqual(Contrast.nearest("#0B6E4F", onPaper), "#0b6e4f")
  assert.strictEqual(Contrast.nearest("#ffee88", onPaper), "#7f7000")
  assert.strictEqual(Contrast.nearest("#ff0000", onPaper), "#e20000")
  // a little lighter again would not do
  assert.isFalse(Contrast.meets("#e60000", onPaper))
  // between two surfaces that leave no room nothing can be read on both
  const both = [
    { on: "#ffffff", least: 21 },
    { on: "#000000", least: 2 },
  ]
  assert.strictEqual(Contrast.nearest("#888888", both), "#000000")
})

it.prop("the nearest colour reaches what is demanded", { colour: Colour, on: Colour }, ({ colour, on }) => {
  const demands = [{ on: hex(on), least: 4.5 }]
  const found = Contrast.nearest(hex(colour), demands)
  assert.isTrue(Contrast.meets(found, demands))
  assert.strictEqual(Contrast.nearest(found, demands), found)
})

it("mixes as color-mix does", () => {
  assert.strictEqual(Contrast.mixed("#ffffff", "#000000", 0.07), "#ededed")
})

/**
 * Makes the preview of one picture, in a process of its own: what comes on its standard input was sent by a stranger, and the
 * libraries that decode pictures are the likeliest to break on it. What breaks here takes nothing else along, and finds no key
 * and no customer in memory. Arguments: the most points that are decoded, and the longest side of the result.
 */
import sharp from "sharp"

const [maxPixels = 0, side = 0] = process.argv.slice(2).map(Number)

sharp.cache(false)
sharp.concurrency(1)
// rasters only: a drawing (SVG) is a program, and so is a page (PDF)
sharp.block({ operation: ["VipsForeignLoad"] })
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Tiff", "Nsgif", "Heif"].map((kind) => `VipsForeignLoad${kind}Buffer`),
})

const picture = sharp({ limitInputPixels: maxPixels, failOn: "error", sequentialRead: true, pages: 1 })
  // as the camera was held; after that nothing of what the camera wrote down is kept
  .autoOrient()
  .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
  .webp({ quality: 78, effort: 2 })
  .timeout({ seconds: 20 })

process.stdin.pipe(picture)
picture.toBuffer().then(
  (made) => process.stdout.write(made, () => process.exit(0)),
  () => process.exit(1),
)

/**
 * How large a picture would be if it were opened (S58). Only its head is read for that: a file of a kilobyte can say that it is
 * 50 000 by 50 000 points, which are ten gigabytes once somebody shows them. HEIC, which phones make, is told by its boxes.
 */
import sharp from "sharp"

/** The most points that a picture may have, all its frames together; a phone's largest has 200 million. */
export const maxPixels = 268_402_689

/** How much of a file the head of its picture may take. */
export const headBytes = 1_048_576

// in the server's own process: of what a stranger sent nothing is read but the heads of rasters, as `Previews/render.ts` does
sharp.block({ operation: ["VipsForeignLoad"] })
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Tiff", "Nsgif", "Heif"].map((kind) => `VipsForeignLoad${kind}Buffer`),
})

const readable = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/tiff", "image/avif"])

/** Points of the picture whose file begins with these bytes; null: it is none, or none whose head can be read. */
export const pixels = async (type: string, head: Uint8Array): Promise<number | null> => {
  if (!type.startsWith("image/")) return null
  if (!readable.has(type)) return boxed(head)
  try {
    const { width, height, pages = 1 } = await sharp(head, { limitInputPixels: false, failOn: "none" }).metadata()
    return width * height * pages
  } catch {
    return null
  }
}

/** Every picture in a HEIF file has a box `ispe` with its size: the largest of them. */
const boxed = (head: Uint8Array): number | null => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  let most: number | null = null
  for (let at = bytes.indexOf("ispe"); at >= 0 && at + 16 <= bytes.length; at = bytes.indexOf("ispe", at + 4)) {
    most = Math.max(most ?? 0, bytes.readUInt32BE(at + 8) * bytes.readUInt32BE(at + 12))
  }
  return most
}

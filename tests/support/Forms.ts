// What a text looks like where it was not kept as it is, but not hidden either.

/** How a secret may stand in a text: as it is, in an address, as hex, in base64 of both kinds wherever it begins. */
export const formsOf = (secret: string): ReadonlyArray<string> => {
  const bytes = [Buffer.from(secret)]
  // what is itself base64 could have been decoded
  const plain = secret.replace(/^(whsec_|rq_\w{8}_)/, "")
  if (/^[\w+/=-]{40,}$/.test(plain)) bytes.push(Buffer.from(plain, "base64"))
  const shifted = (part: Buffer, by: number) => {
    const whole = Buffer.concat([Buffer.alloc(by), part])
      .toString("base64")
      .replace(/=+$/, "")
    // the characters at either end have bits of what stands beside it
    return whole.slice(by === 0 ? 0 : by + 1, (part.length + by) % 3 === 0 ? undefined : -1)
  }
  const encoded = bytes.flatMap((part) => [0, 1, 2].map((by) => shifted(part, by)))
  return [
    ...new Set([
      secret,
      plain,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      ...bytes.flatMap((part) => [part.toString("hex"), part.toString("hex").toUpperCase()]),
      ...encoded.flatMap((one) => [one, one.replaceAll("+", "-").replaceAll("/", "_")]),
    ]),
  ].filter((form) => form.length >= 8)
}

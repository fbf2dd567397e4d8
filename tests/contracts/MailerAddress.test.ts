// Which texts mail is sent to: the rule of MailAddress, by examples.

import { assert, describe, it } from "@effect/vitest"
import * as MailAddress from "../../reference-server/src/Mailer/MailAddress.ts"

describe("MailAddress.isAddress", () => {
  it("S42: takes the mailboxes people have", () => {
    for (const address of [
      "anna@example.com",
      "anna.lind+requite@mail.example.co.uk",
      "o'brien@example.ie",
      "a@b.se",
      "anna@räksmörgås.se",
      "info@日本.jp",
      "requests@localhost",
      "x_y-z/1=2@xn--rksmrgs-5wao1o.se",
      `${"a".repeat(64)}@example.com`,
      `a@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}.${"e".repeat(56)}.com`,
    ]) {
      assert.isTrue(MailAddress.isAddress(address), address)
    }
  })

  it("S42: refuses everything that is not one plain mailbox", () => {
    for (const address of [
      "",
      "@",
      "anna",
      "anna@",
      "@example.com",
      "anna@@example.com",
      "anna@evil.example@example.com",
      "anna@example.com, evil@attacker.example",
      "anna@example.com;evil@attacker.example",
      "anna@example.com\r\nBcc: evil@attacker.example",
      "anna@example.com\n",
      "anna@example.com\u0000",
      " anna@example.com",
      "anna@example.com ",
      "anna lind@example.com",
      "Anna <anna@example.com>",
      "<anna@example.com>",
      "anna(comment)@example.com",
      '"anna lind"@example.com',
      ".anna@example.com",
      "anna.@example.com",
      "anna..lind@example.com",
      "anna@.example.com",
      "anna@example..com",
      "anna@example.com.",
      "anna@-example.com",
      "anna@example-.com",
      "anna@exa_mple.com",
      "anna@exa%6dple.com",
      "anna@[127.0.0.1]",
      "anna@127.0.0.1",
      "anna@1.2.3",
      "anna@0x7f.1",
      "ånna@example.com",
      "anna@exam\u00adple.com",
      "anna@example\u3002com",
      "anna\u202e@example.com",
      `${"a".repeat(65)}@example.com`,
      `a@${"b".repeat(64)}.com`,
      `a@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}.${"e".repeat(57)}.com`,
      `a@${"ö".repeat(60)}.${"ä".repeat(60)}.${"å".repeat(60)}.${"ö".repeat(60)}.se`,
    ]) {
      assert.isFalse(MailAddress.isAddress(address), JSON.stringify(address))
    }
  })
})

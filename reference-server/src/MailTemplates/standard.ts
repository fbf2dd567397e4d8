/** The standard words of the mails to customers, in each language that we speak; what a firm writes stands in their place. */
import type { Language } from "../Messages.ts"
import type { Kind, Wording } from "./kinds.ts"

export const standard: Readonly<Record<Kind, Readonly<Record<Language, Wording>>>> = {
  invitation: {
    en: {
      subject:
        "{{firmName}} {{#if number}}is waiting for: {{requestTitle}} (new link {{number}}){{else}}asks you for: {{requestTitle}}{{/if}}",
      lead: "Open the request on your phone or computer. You need no account.",
      body: `{{greeting}},

{{memberName}} at {{firmName}} asks you for some information: **{{requestTitle}}**.

Press the button to open it. You can use your phone or your computer, and you need no account.`,
    },
    es: {
      subject:
        "{{firmName}} {{#if number}}está esperando: {{requestTitle}} (enlace nuevo {{number}}){{else}}le pide: {{requestTitle}}{{/if}}",
      lead: "Abra la solicitud en su teléfono u ordenador. No necesita ninguna cuenta.",
      body: `{{greeting}}:

{{memberName}}, de {{firmName}}, le pide información: **{{requestTitle}}**.

Pulse el botón para abrir la solicitud. Puede usar el teléfono o el ordenador, y no necesita ninguna cuenta.`,
    },
    sv: {
      subject:
        "{{firmName}} {{#if number}}väntar på: {{requestTitle}} (ny länk {{number}}){{else}}ber dig om: {{requestTitle}}{{/if}}",
      lead: "Öppna förfrågan på mobilen eller datorn. Du behöver inget konto.",
      body: `{{greeting}},

{{memberName}} på {{firmName}} ber dig om några uppgifter: **{{requestTitle}}**.

Tryck på knappen för att öppna förfrågan. Du kan använda mobilen eller datorn, och du behöver inget konto.`,
    },
  },
  reminder: {
    en: {
      subject: "{{state}} ({{#if open}}{{done}} of {{total}} done, {{/if}}{{when}})",
      lead: "{{dueSentence}} {{standing}}",
      body: `{{greeting}},

{{dueSentence}} {{standing}}

Please remember to finish it. If something is unclear, reply to this e-mail and {{memberName}} will help.`,
    },
    es: {
      subject: "{{state}} ({{#if open}}{{done}} de {{total}} listos, {{/if}}{{when}})",
      lead: "{{dueSentence}} {{standing}}",
      body: `{{greeting}}:

{{dueSentence}} {{standing}}

Recuerde completarlo, por favor. Si algo no está claro, responda a este correo y {{memberName}} le ayudará.`,
    },
    sv: {
      subject: "{{state}} ({{#if open}}{{done}} av {{total}} klara, {{/if}}{{when}})",
      lead: "{{dueSentence}} {{standing}}",
      body: `{{greeting}},

{{dueSentence}} {{standing}}

Kom ihåg att göra det klart. Om något är oklart, svara på det här mejlet så hjälper {{memberName}} dig.`,
    },
  },
  "access-link": {
    en: {
      subject: "Your link to: {{requestTitle}} (link {{number}})",
      lead: "Open the request on this device.",
      body: `{{greeting}},

Here is the link that you asked for, to open “{{requestTitle}}” from {{firmName}} on the device you are using now.

{{notYou}}`,
    },
    es: {
      subject: "Su enlace a: {{requestTitle}} (enlace {{number}})",
      lead: "Abra la solicitud en este dispositivo.",
      body: `{{greeting}}:

Este es el enlace que ha pedido para abrir «{{requestTitle}}», de {{firmName}}, en el dispositivo que está usando ahora.

{{notYou}}`,
    },
    sv: {
      subject: "Din länk till: {{requestTitle}} (länk {{number}})",
      lead: "Öppna förfrågan på den här enheten.",
      body: `{{greeting}},

Här är länken som du bad om, för att öppna ”{{requestTitle}}” från {{firmName}} på enheten som du använder nu.

{{notYou}}`,
    },
  },
  returned: {
    en: {
      subject: "{{#if item}}Please look again: {{item}} ({{requestTitle}}){{else}}Open again: {{requestTitle}}{{/if}}",
      lead: "Your other answers are kept.",
      body: `{{greeting}},

{{memberName}} at {{firmName}} {{#if item}}has looked at “{{item}}” and sends it back to you{{else}}has opened “{{requestTitle}}” again, so that you can change what you gave{{/if}}.

Everything you gave before is kept.`,
    },
    es: {
      subject:
        "{{#if item}}Revíselo, por favor: {{item}} ({{requestTitle}}){{else}}Abierta de nuevo: {{requestTitle}}{{/if}}",
      lead: "Sus demás respuestas se conservan.",
      body: `{{greeting}}:

{{memberName}}, de {{firmName}}, {{#if item}}ha revisado «{{item}}» y se lo devuelve{{else}}ha vuelto a abrir «{{requestTitle}}» para que pueda cambiar lo que envió{{/if}}.

Todo lo que ya había dado se conserva.`,
    },
    sv: {
      subject:
        "{{#if item}}Titta gärna en gång till: {{item}} ({{requestTitle}}){{else}}Öppen igen: {{requestTitle}}{{/if}}",
      lead: "Dina andra svar finns kvar.",
      body: `{{greeting}},

{{memberName}} på {{firmName}} {{#if item}}har tittat på ”{{item}}” och skickar tillbaka det till dig{{else}}har öppnat ”{{requestTitle}}” igen, så att du kan ändra det du har lämnat{{/if}}.

Allt du har lämnat tidigare finns kvar.`,
    },
  },
  delegated: {
    en: {
      subject: "{{firmName}} asks you for: {{requestTitle}}",
      lead: "It was passed on to you. You need no account.",
      body: `{{greeting}},

{{firmName}} asked {{passedOnBy}} for **{{requestTitle}}**. {{passedOnBy}} says that you are the one to answer it, and {{memberName}} at {{firmName}} knows.

Press the button to open it. If you do not know what this is about, leave it: nothing happens.`,
    },
    es: {
      subject: "{{firmName}} le pide: {{requestTitle}}",
      lead: "Se la han pasado a usted. No necesita ninguna cuenta.",
      body: `{{greeting}}:

{{firmName}} pidió a {{passedOnBy}}: **{{requestTitle}}**. {{passedOnBy}} dice que es usted quien debe responder, y {{memberName}}, de {{firmName}}, lo sabe.

Pulse el botón para abrir la solicitud. Si no sabe de qué se trata, no haga nada: no pasará nada.`,
    },
    sv: {
      subject: "{{firmName}} ber dig om: {{requestTitle}}",
      lead: "Den har skickats vidare till dig. Du behöver inget konto.",
      body: `{{greeting}},

{{firmName}} bad {{passedOnBy}} om **{{requestTitle}}**. {{passedOnBy}} säger att det är du som kan svara, och {{memberName}} på {{firmName}} vet om det.

Tryck på knappen för att öppna förfrågan. Om du inte vet vad det gäller kan du låta bli: då händer ingenting.`,
    },
  },
  comments: {
    en: {
      subject: "New message about: {{requestTitle}} (message {{number}})",
      lead: "Read it and answer on the page of the request.",
      body: `{{greeting}},

There is something new to read about “{{requestTitle}}” from {{firmName}}. Press the button to read it, and to answer.

What you have given so far is kept.`,
    },
    es: {
      subject: "Mensaje nuevo sobre: {{requestTitle}} (mensaje {{number}})",
      lead: "Léalo y responda en la página de la solicitud.",
      body: `{{greeting}}:

Hay algo nuevo que leer sobre «{{requestTitle}}», de {{firmName}}. Pulse el botón para leerlo y responder.

Todo lo que ya ha dado se conserva.`,
    },
    sv: {
      subject: "Nytt meddelande om: {{requestTitle}} (meddelande {{number}})",
      lead: "Läs det och svara på förfrågans sida.",
      body: `{{greeting}},

Det finns något nytt att läsa om ”{{requestTitle}}” från {{firmName}}. Tryck på knappen för att läsa och svara.

Allt du har lämnat hittills finns kvar.`,
    },
  },
  code: {
    en: {
      subject: "Your code from {{firmName}}",
      lead: "{{expiry}}",
      body: `This is your code to open the request from {{firmName}}. Enter it on the page that asked for it. {{expiry}}`,
    },
    es: {
      subject: "Su código de {{firmName}}",
      lead: "{{expiry}}",
      body: `Este es su código para abrir la solicitud de {{firmName}}. Escríbalo en la página que se lo ha pedido. {{expiry}}`,
    },
    sv: {
      subject: "Din kod från {{firmName}}",
      lead: "{{expiry}}",
      body: `Det här är din kod för att öppna förfrågan från {{firmName}}. Skriv in den på sidan som bad om den. {{expiry}}`,
    },
  },
}

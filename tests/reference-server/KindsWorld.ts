// A questionnaire with every kind, conditions within and across sections, groups and a repeated group: what tests of the
// pages ask with.

export const sections = [
  {
    id: "about",
    title: "About you",
    description: "Welcome, {{name}}.",
    items: [
      { id: "name", type: "text", label: "Your name", required: true, maxLength: 50 },
      {
        id: "kind",
        type: "choice",
        label: "You are",
        required: true,
        options: [
          { value: "person", label: "A person" },
          { value: "company", label: "A company" },
        ],
      },
      { id: "vat", type: "text", label: "VAT number of {{name}}", when: { is: "isCompany" }, required: true },
      {
        id: "staff",
        type: "number",
        label: "Employees",
        when: { is: "isCompany" },
        min: 0,
        decimals: 0,
        unit: "people",
      },
      {
        id: "letter",
        type: "note",
        label: "Before you go on",
        help: "Read *this*, {{name}}.",
        attachments: [
          { id: "terms", name: "Terms 2027.pdf", type: "application/pdf", bytes: 41_200, sha256: "0".repeat(64) },
        ],
      },
    ],
  },
  {
    id: "money",
    title: "Money",
    items: [
      { id: "income", type: "number", label: "Income", required: true, min: 0, max: 1_000_000, decimals: 2, unit: "€" },
      { id: "born", type: "date", label: "Date of birth", required: true, max: { context: "today" } },
      {
        id: "address",
        type: "group",
        label: "Address",
        items: [
          { id: "street", type: "text", label: "Street", required: true },
          { id: "city", type: "text", label: "City" },
        ],
      },
      { id: "agree", type: "confirm", label: "All of this is true", required: true },
    ],
  },
  {
    id: "owners",
    title: "Owners",
    when: { is: "isCompany" },
    calculated: { total: { sum: [{ answer: "share" }] } },
    items: [
      {
        id: "owner",
        type: "group",
        label: "Owner",
        help: "Everybody with a share.",
        repeat: { min: 1, max: 3 },
        items: [
          { id: "who", type: "text", label: "Name", required: true },
          { id: "share", type: "number", label: "Share of {{who}}", min: 0, max: 100, unit: "%" },
          {
            id: "role",
            type: "choice",
            label: "Role",
            options: [
              { value: "director", label: "Director" },
              { value: "silent", label: "Silent", when: { lt: [{ answer: "share" }, 50] } },
            ],
          },
          {
            id: "major",
            type: "group",
            label: "As a major owner",
            when: { gte: [{ answer: "share" }, 25] },
            items: [
              { id: "since", type: "date", label: "Owner since", required: true },
              {
                id: "home",
                type: "group",
                label: "Country",
                repeat: { max: 2 },
                items: [{ id: "land", type: "text", label: "Name of the country" }],
              },
            ],
          },
        ],
      },
      { id: "rest", type: "note", label: "Shares so far: {{total}} %" },
    ],
  },
  {
    id: "papers",
    title: "Papers",
    items: [
      {
        id: "passport",
        type: "upload",
        label: "Passport",
        when: { eq: [{ answer: "kind" }, "person"] },
        required: true,
        accept: ["application/pdf"],
        maxBytes: 100_000,
      },
      { id: "remarks", type: "text", label: "Remarks", long: true },
    ],
  },
] as const

export const questionnaire = {
  format: 1,
  id: "kinds",
  version: 1,
  language: "en",
  title: "Every kind",
  conditions: { isCompany: { eq: [{ answer: "kind" }, "company"] } },
  sections,
  ends: [
    {
      id: "company",
      title: "Thank you, {{name}}: we look at your company",
      description: "It takes *two weeks*.",
      when: { is: "isCompany" },
    },
    { id: "person", title: "Thank you, {{name}}" },
  ],
}

/** requite's command line for use from other programs: what it finds and how it says so. The command is `requite/Requite`. */
export * as Check from "./Check.ts"
export * as DefinitionTest from "./DefinitionTest.ts"
export * as Examine from "./Examine.ts"
export * as Import from "./Import.ts"
export * as Preview from "./Preview.ts"
export * as Simulate from "./Simulate.ts"
export * as Types from "./Types.ts"
export * as Verify from "./Verify.ts"

/** requite's command line for use from other programs: what it finds and how it says so. The command is `requite/Requite`. */
export * as Check from "./Check.ts"

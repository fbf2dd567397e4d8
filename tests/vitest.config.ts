import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

const report = process.env["TEST_REPORT"]

// The sources run without a build step: `requite-source` is the condition under which the packages export their .ts files.
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  resolve: { conditions: ["requite-source"] },
  ssr: { resolve: { conditions: ["requite-source"] } },
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/bench/**"],
    globalSetup: ["tests/support/globalSetup.ts"],
    // a process for many files; see eachFile.ts for what they share
    isolate: false,
    setupFiles: ["tests/support/eachFile.ts"],
    // what node has made of the sources is kept for the processes that the tests start
    env: { NODE_COMPILE_CACHE: new URL("../node_modules/.cache/requite-compiled", import.meta.url).pathname },
    // half as many workers again as there are cores: many tests wait for a browser, a process or a clock some of the time
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // a test waits up to a minute for one thing (Browser.ts, SmtpSink.ts, TestFirm.ts), and that shall be what is said
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // for who wants to know of each test what became of it (.ci/run)
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
})

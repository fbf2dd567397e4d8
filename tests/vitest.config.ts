import { defineConfig } from "vitest/config"

// The sources run without a build step: `requite-source` is the condition under which the packages export their .ts files.
export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  resolve: { conditions: ["requite-source"] },
  ssr: { resolve: { conditions: ["requite-source"] } },
  test: {
    include: ["tests/**/*.test.ts"],
    exclude: ["tests/bench/**"],
    globalSetup: ["tests/support/globalSetup.ts"],
    // a worker for each core: most tests wait for a database or a browser some of the time
    maxWorkers: "100%",
    // what starts processes takes long on a machine that has much else to do
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})

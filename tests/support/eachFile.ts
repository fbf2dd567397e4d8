// Runs before each test file. A worker takes one file after another and keeps what comes from node_modules (Effect, the embedded
// database, the browser's driver): loading and warming it up anew was half of a short file's time. Our own modules, of the product
// and of the tests, begin anew here, so that nothing they keep reaches the next file.
import { vi } from "vitest"

vi.resetModules()

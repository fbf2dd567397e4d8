// ZIP archives as streams. Experimental in Effect, and therefore named here only.

export * as Zip from "effect/encoding/Zip"

// Digests, MACs, password hashes and secret random bytes of `effect/crypto`, as services. Unstable, and therefore named here
// only; the layers that run them on node:crypto are in Node.ts (`NodeCrypto`).

export * as Aead from "effect/crypto/Aead"
export * as CryptoError from "effect/crypto/CryptoError"
export * as Digest from "effect/crypto/Digest"
export * as Kdf from "effect/crypto/Kdf"
export * as Mac from "effect/crypto/Mac"
export * as SecureRandom from "effect/crypto/SecureRandom"
export * as Signature from "effect/crypto/Signature"

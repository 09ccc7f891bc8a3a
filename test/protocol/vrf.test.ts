import { numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { keyHashOf, type Proof, provenWords, wordsOf } from "../../protocol/vrf.ts";
import { prove, publicKeyOf } from "../../protocol/local-oracle/proof.ts";

const SECRET = 0x0dd5n;
const request = {
  keyHash: keyHashOf(publicKeyOf(SECRET)),
  preSeed: 7n,
  blockHash: numberToHex(99n, { size: 32 }),
  numWords: 2,
};
const proof = prove(SECRET, request.preSeed, request.blockHash);

describe("A proof of randomness", () => {
  it("proves the words that follow from it", () => {
    const words = provenWords(proof, request);
    expect(words).toEqual(wordsOf(proof, 2));
    expect(new Set(words).size).toBe(2);
  });

  it.each<[string, Partial<typeof request>]>([
    ["key", { keyHash: keyHashOf(publicKeyOf(SECRET + 1n)) }],
    ["seed", { preSeed: 8n }],
    ["block", { blockHash: numberToHex(98n, { size: 32 }) }],
  ])("proves nothing for another %s", (_, change) => {
    expect(provenWords(proof, { ...request, ...change })).toBeUndefined();
  });

  const other = prove(SECRET, 8n, request.blockHash);
  it.each<[string, Partial<Proof>]>([
    ["result", { gamma: other.gamma }],
    ["result that is no point of the curve", { gamma: [1n, 1n] }],
    ["key that is no point of the curve", { pk: [1n, 1n] }],
    ["challenge", { c: proof.c + 1n }],
    ["challenge of zero", { c: 0n }],
    ["response", { s: proof.s + 1n }],
    ["response of zero", { s: 0n }],
    ["witness", { uWitness: other.uWitness }],
    ["seed", { seed: 8n }],
  ])("proves nothing with another %s", (_, change) => {
    expect(provenWords({ ...proof, ...change }, request)).toBeUndefined();
  });
});

import { secp256k1 } from "@noble/curves/secp256k1";
import type { Hex } from "viem";
import {
  addressOf,
  challengeOf,
  type CurvePoint,
  hashToCurve,
  hashToNumber,
  inputOf,
  packed,
  type Pair,
  type Proof,
} from "../vrf.ts";

// The oracle's side of protocol/vrf.ts, for local chains, where no oracle answers.

const { ProjectivePoint: Point, CURVE } = secp256k1;

const pairOf = (point: CurvePoint): Pair => [point.x, point.y];
const modulo = (value: bigint, modulus: bigint) => ((value % modulus) + modulus) % modulus;

/** The public key, as the coordinator registers it. */
export function publicKeyOf(secret: bigint): Pair {
  return pairOf(Point.BASE.multiply(secret));
}

/** Proves the one random value that this key gives for a request in the block with this hash. */
export function prove(secret: bigint, preSeed: bigint, blockHash: Hex): Proof {
  const key = Point.BASE.multiply(secret);
  const input = inputOf(preSeed, blockHash);
  const hash = hashToCurve(key, input);
  const gamma = hash.multiply(secret);
  // Any number that nobody can guess and that is never used for another input will do.
  const nonce = 1n + (hashToNumber(packed(secret, input)) % (CURVE.n - 1n));
  const uWitness = addressOf(Point.BASE.multiply(nonce));
  const c = challengeOf(hash, key, gamma, uWitness, hash.multiply(nonce));
  const s = modulo(nonce - c * secret, CURVE.n);
  const cGamma = gamma.multiply(c % CURVE.n);
  const sHash = hash.multiply(s);
  return {
    pk: pairOf(key),
    gamma: pairOf(gamma),
    c,
    s,
    seed: preSeed,
    uWitness,
    cGammaWitness: pairOf(cGamma),
    sHashWitness: pairOf(sHash),
    // The coordinator adds the two points in projective coordinates, with (x2 - x1)^5 below, and wants its inverse.
    zInv: CURVE.Fp.inv(modulo((sHash.x - cGamma.x) ** 5n, CURVE.Fp.ORDER)),
  };
}

import { secp256k1 } from "@noble/curves/secp256k1";
import {
  type Address,
  bytesToHex,
  concat,
  encodeAbiParameters,
  encodePacked,
  getAddress,
  type Hex,
  hexToBigInt,
  keccak256,
  numberToBytes,
  numberToHex,
  slice,
} from "viem";

// Proofs of randomness as Chainlink's VRF coordinators verify them: a verifiable random function over secp256k1 with
// Keccak. For local chains, where no oracle answers.

const { ProjectivePoint: Point, CURVE } = secp256k1;
type CurvePoint = InstanceType<typeof Point>;
type Pair = [bigint, bigint];

/** What VRFCoordinatorV2_5.fulfillRandomWords takes. */
export interface Proof {
  pk: Pair;
  gamma: Pair;
  c: bigint;
  s: bigint;
  seed: bigint;
  uWitness: Address;
  cGammaWitness: Pair;
  sHashWitness: Pair;
  zInv: bigint;
}

const hashToNumber = (data: Hex) => hexToBigInt(keccak256(data));
const pairOf = (point: CurvePoint): Pair => [point.x, point.y];
const packed = (...numbers: bigint[]) =>
  concat(numbers.map((number) => numberToHex(number, { size: 32 })));
const modulo = (value: bigint, modulus: bigint) => ((value % modulus) + modulus) % modulus;

/** The public key, as the coordinator registers it. */
export function publicKeyOf(secret: bigint): Pair {
  return pairOf(Point.BASE.multiply(secret));
}

/** The name of a public key at the coordinator. */
export function keyHashOf(publicKey: Pair): Hex {
  return keccak256(encodeAbiParameters([{ type: "uint256[2]" }], [publicKey]));
}

/** Proves the one random value that this key gives for a request in the block with this hash. */
export function prove(secret: bigint, preSeed: bigint, blockHash: Hex): Proof {
  const key = Point.BASE.multiply(secret);
  const input = hashToNumber(encodePacked(["uint256", "bytes32"], [preSeed, blockHash]));
  const hash = hashToCurve(key, input);
  const gamma = hash.multiply(secret);
  // Any number that nobody can guess and that is never used for another input will do.
  const nonce = 1n + (hashToNumber(packed(secret, input)) % (CURVE.n - 1n));
  const uWitness = addressOf(Point.BASE.multiply(nonce));
  const v = hash.multiply(nonce);
  const c = hashToNumber(
    concat([packed(2n, hash.x, hash.y, key.x, key.y, gamma.x, gamma.y, v.x, v.y), uWitness]),
  );
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

/** The random words that follow from a proof. */
export function wordsOf(proof: Proof, count: number): bigint[] {
  const output = hashToNumber(packed(3n, ...proof.gamma));
  return Array.from({ length: count }, (_, index) => hashToNumber(packed(output, BigInt(index))));
}

function hashToCurve(key: CurvePoint, input: bigint): CurvePoint {
  let candidate = packed(1n, key.x, key.y, input);
  for (;;) {
    let x = hashToNumber(candidate);
    while (x >= CURVE.Fp.ORDER) x = hashToNumber(packed(x));
    candidate = packed(x);
    try {
      // The compressed form of the point with an even y.
      return Point.fromHex(bytesToHex(numberToBytes(x, { size: 32 })).replace("0x", "02"));
    } catch {
      // No point has this x: the next candidate is its hash.
    }
  }
}

function addressOf(point: CurvePoint): Address {
  return getAddress(slice(keccak256(packed(point.x, point.y)), 12));
}

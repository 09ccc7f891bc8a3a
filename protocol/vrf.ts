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
// Keccak (Chainlink's contracts/src/v0.8/vrf/VRF.sol; the idea is in draft-irtf-cfrg-vrf-05).

const { ProjectivePoint: Point, CURVE } = secp256k1;
export type CurvePoint = InstanceType<typeof Point>;
export type Pair = readonly [bigint, bigint];

/** What VRFCoordinatorV2_5.fulfillRandomWords takes. */
export interface Proof {
  pk: Pair;
  gamma: Pair;
  c: bigint;
  s: bigint;
  /** The seed of the request; the oracle's input is the hash of it and of the request's block. */
  seed: bigint;
  uWitness: Address;
  cGammaWitness: Pair;
  sHashWitness: Pair;
  zInv: bigint;
}

/** The name of a public key at the coordinator. */
export function keyHashOf(publicKey: Pair): Hex {
  return keccak256(encodeAbiParameters([{ type: "uint256[2]" }], [publicKey]));
}

/**
 * The random words that a proof proves for a request, which nobody could choose: undefined when it does not prove what
 * this key gives for this seed in the block with this hash.
 */
export function provenWords(
  proof: Proof,
  request: { keyHash: Hex; preSeed: bigint; blockHash: Hex; numWords: number },
): bigint[] | undefined {
  if (keyHashOf(proof.pk) !== request.keyHash || proof.seed !== request.preSeed) return undefined;
  const key = pointOf(proof.pk);
  const gamma = pointOf(proof.gamma);
  if (key === undefined || gamma === undefined) return undefined;
  const c = proof.c % CURVE.n;
  const s = proof.s % CURVE.n;
  if (c === 0n || s === 0n) return undefined;
  const hash = hashToCurve(key, inputOf(request.preSeed, request.blockHash));
  const u = addressOf(key.multiply(c).add(Point.BASE.multiply(s)));
  const v = gamma.multiply(c).add(hash.multiply(s));
  if (u !== getAddress(proof.uWitness)) return undefined;
  if (challengeOf(hash, key, gamma, u, v) !== proof.c) return undefined;
  return wordsOf(proof, request.numWords);
}

/** The random words that follow from a proof, if it is one. */
export function wordsOf(proof: Proof, count: number): bigint[] {
  const output = hashToNumber(packed(3n, ...proof.gamma));
  return Array.from({ length: count }, (_, index) => hashToNumber(packed(output, BigInt(index))));
}

/** What the oracle's key is applied to. */
export function inputOf(preSeed: bigint, blockHash: Hex): bigint {
  return hashToNumber(encodePacked(["uint256", "bytes32"], [preSeed, blockHash]));
}

/** The number that binds all parts of a proof together. */
export function challengeOf(
  hash: CurvePoint,
  key: CurvePoint,
  gamma: CurvePoint,
  uWitness: Address,
  v: CurvePoint,
): bigint {
  return hashToNumber(
    concat([packed(2n, hash.x, hash.y, key.x, key.y, gamma.x, gamma.y, v.x, v.y), uWitness]),
  );
}

/** A point of the curve that nobody knows the logarithm of. */
export function hashToCurve(key: CurvePoint, input: bigint): CurvePoint {
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

/** The last 20 bytes of a point's hash: what ecrecover gives for it. */
export function addressOf(point: CurvePoint): Address {
  return getAddress(slice(keccak256(packed(point.x, point.y)), 12));
}

export function hashToNumber(data: Hex): bigint {
  return hexToBigInt(keccak256(data));
}

export function packed(...numbers: bigint[]): Hex {
  return concat(numbers.map((number) => numberToHex(number, { size: 32 })));
}

function pointOf([x, y]: Pair): CurvePoint | undefined {
  try {
    const point = Point.fromAffine({ x, y });
    point.assertValidity();
    return point;
  } catch {
    return undefined;
  }
}

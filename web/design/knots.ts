/** A knot on a cord: how far down it sits, and its kind. */
export interface Knot {
  y: number;
  kind: "single" | "long" | "eight";
}

/** The knots of one decimal place. */
export interface Cluster {
  digit: number;
  /** what the digit stands for: 300 for a 3 in the hundreds */
  worth: number;
  /** the height of its middle */
  y: number;
}

export interface KnottedCord {
  knots: readonly Knot[];
  clusters: readonly Cluster[];
  length: number;
}

const first = 26;
const single = 7;
const turn = 4.6;
const gap = 13;
const tail = 20;
const mostDigits = 5;

/**
 * Writes a whole number as the khipu keepers did: one cluster of knots per decimal place, the highest nearest to the main
 * cord, a bare stretch for zero; single knots from the tens upwards, in the ones a long knot with as many turns as the
 * digit, and a figure-of-eight for one.
 */
export function knotsOf(number: bigint): KnottedCord {
  const most = 10n ** BigInt(mostDigits) - 1n;
  const digits = Array.from((number > most ? most : number).toString(), Number);
  const knots: Knot[] = [];
  const clusters: Cluster[] = [];
  let y = first;
  digits.forEach((digit, place) => {
    const ones = place === digits.length - 1;
    const size = ones ? turn : single;
    const worth = digit * 10 ** (digits.length - 1 - place);
    clusters.push({ digit, worth, y: y + (Math.max(0, digit - 1) * size) / 2 });
    for (let i = 0; i < digit; i++) {
      knots.push({ y, kind: !ones ? "single" : digit === 1 ? "eight" : "long" });
      y += size;
    }
    y += gap;
  });
  return { knots, clusters, length: y + tail };
}

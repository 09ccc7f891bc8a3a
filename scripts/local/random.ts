import { createHash } from "node:crypto";

/** A repeatable sequence: the same seed gives the same numbers. */
export class Random {
  readonly #seed: string;
  #drawn = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#fraction() * (most - least + 1));
  }

  /** One of `choices`, which must not be empty. */
  oneOf<T>(choices: readonly T[]): T {
    const choice = choices[this.between(0, choices.length - 1)];
    if (choice === undefined) throw new Error("there is nothing to choose from");
    return choice;
  }

  /** From 0 up to, not including, 1. */
  #fraction(): number {
    const digest = createHash("sha256").update(`${this.#seed}:${this.#drawn++}`).digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  }
}

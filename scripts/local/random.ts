import { createHash } from "node:crypto";

/** A repeatable sequence: the same seed gives the same numbers. */
export class Random {
  readonly #seed: string;
  #drawn = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    return this.#digest().readUIntBE(0, 6) / 2 ** 48;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** Whether something of such a probability (0 to 1) happens. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of `choices`, which must not be empty. */
  oneOf<T>(choices: readonly T[]): T {
    const choice = choices[this.between(0, choices.length - 1)];
    if (choice === undefined) throw new Error("there is nothing to choose from");
    return choice;
  }

  /** So many hexadecimal digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.#digest().toString("hex");
    return text.slice(0, digits);
  }

  #digest(): Buffer {
    return createHash("sha256").update(`${this.#seed}:${this.#drawn++}`).digest();
  }
}

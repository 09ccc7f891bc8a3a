/** Whether random tests run for as long as a release is worth. */
export const isDeep = process.env["KHIPU_PROPERTIES"] === "deep";

/**
 * Where random tests begin. `npm test` begins at the same place each time, so that a commit passes or fails for what it
 * is; the deep profile begins somewhere else each time. KHIPU_TEST_SEED goes back to where a run began.
 */
export const firstSeed = process.env["KHIPU_TEST_SEED"] ?? (isDeep ? String(Date.now()) : "1");

/** How many runs a random test makes; KHIPU_TEST_RUNS overrules it. */
export function runsOf(usual: { short: number; deep: number }): number {
  return Number(process.env["KHIPU_TEST_RUNS"] ?? (isDeep ? usual.deep : usual.short));
}

/** Makes several runs, each with a seed of its own, and says which one failed and how to see it again. */
export async function eachSeed(runs: number, run: (seed: string) => Promise<void>): Promise<void> {
  for (let number = 0; number < runs; number++) {
    const seed = number === 0 ? firstSeed : `${firstSeed} ${number}`;
    await run(seed).catch((error: unknown) => {
      throw new Error(`KHIPU_TEST_SEED="${seed}" KHIPU_TEST_RUNS=1 shows this again.`, {
        cause: error,
      });
    });
  }
}

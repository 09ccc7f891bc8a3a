import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../vitest.config.ts";

/** The tests as ever, and what they touched handed to Hardhat's coverage report. */
export default mergeConfig(
  base,
  defineConfig({ test: { setupFiles: ["test/contracts/coverage.setup.ts"] } }),
);

import { markTestWorkerDone } from "hardhat/internal/coverage";
import { afterAll } from "vitest";

/** Only with HARDHAT_COVERAGE=true: hands what this test file has touched to Hardhat's coverage report. */
afterAll(() => markTestWorkerDone("vitest"));

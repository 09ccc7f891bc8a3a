import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../scripts/local/random.ts";
import { circlesWorld, type CirclesWorld } from "./circles.ts";
import { CircleModel } from "./model.ts";
import { type Acts, booksOf, type Game, openCircles, playInModel, setStage } from "./stage.ts";
import { fullCollateral, KINDS, rulesOf } from "./terms.ts";

const SAMPLE = process.env["KHIPU_PROPERTIES"] === "deep" ? 4_000 : 24;
const seed = process.env["KHIPU_TEST_SEED"] ?? String(Date.now());

describe("Circles do what their rules say, to the unit", () => {
  let world: CirclesWorld;

  beforeAll(async () => {
    process.stdout.write(`seed ${seed} (repeat with KHIPU_TEST_SEED=${seed})\n`);
    world = await circlesWorld();
  });
});

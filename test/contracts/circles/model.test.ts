import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../scripts/local/random.ts";
import { firstSeed, isDeep } from "../../seed.ts";
import { circlesWorld, type CirclesWorld } from "./circles.ts";
import { CircleModel } from "./model.ts";
import {
  type Acts,
  booksOf,
  type Game,
  KINDS,
  openCircles,
  playInModel,
  rulesOf,
  setStage,
  type Stage,
} from "./stage.ts";

/** Schedules drawn at random, each played from beginning to end. Which states follow every schedule: every-schedule.test.ts. */
const SAMPLE = isDeep ? 600 : 24;

describe(`Circles do what their rules say, to the unit (seed ${firstSeed})`, () => {
  let world: CirclesWorld;

  beforeAll(async () => {
    world = await circlesWorld();
  });

  for (const members of [4, 6]) {
    for (const kind of KINDS) {
      for (const byBids of [false, true]) {
        const name = `with ${members} members, ${kind}, ${byBids ? "by bids" : "by joining"}`;
        it(name, async () => {
          const random = new Random(`${firstSeed}:${name}`);
          const rules = rulesOf(members, kind);
          const most = Number(rules.contribution) * (members - 1);
          const discounts = Array.from({ length: members }, () => BigInt(random.between(0, most)));
          for (const claiming of [true, false]) {
            const game: Game = {
              rules,
              acting: shuffled(members, random),
              claiming,
              ...(byBids && { discounts }),
            };
            await playSample(await setStage(world, members), game, random);
          }
        });
      }
    }
  }
});

/** Plays schedules side by side, and looks after each round. */
async function playSample(stage: Stage, game: Game, random: Random): Promise<void> {
  const { members } = game.rules;
  const letters = Array.from(game.discounts ? "pldbx" : "pld");
  const sample = Array.from({ length: SAMPLE }, () => ({
    model: new CircleModel(game.rules),
    path: Array.from({ length: members }, () => draw(members, () => random.oneOf(letters))),
  }));
  const circles = await openCircles(stage, game, SAMPLE);
  for (let round = 0; round < members; round++) {
    await circles.playRound(
      round,
      sample.map(({ path }) => path[round] ?? ""),
    );
    const seen = await circles.look();
    sample.forEach(({ model, path }, index) => {
      playInModel(model, game, path[round] ?? "");
      const story = `${path.join(" ")}, acting in the order ${game.acting.join(" ")}, after round ${round}`;
      expect(seen[index], story).toEqual(booksOf(model, game, stage.puppets));
    });
  }
}

const draw = (length: number, letter: () => string): Acts =>
  Array.from({ length }, letter).join("");

function shuffled(members: number, random: Random): number[] {
  const left = [...Array(members).keys()];
  return Array.from({ length: members }, () => {
    const [who] = left.splice(random.between(0, left.length - 1), 1);
    if (who === undefined) throw new Error("nobody is left");
    return who;
  });
}

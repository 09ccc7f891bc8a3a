import { describe, expect, it } from "vitest";
import { isDeep } from "../../seed.ts";
import { circlesWorld } from "./circles.ts";
import { CircleModel, type Person } from "./model.ts";
import {
  type Acts,
  booksOf,
  type Game,
  KINDS,
  mostAtRisk,
  openCircles,
  PAYS_IN_TIME,
  playInModel,
  rulesOf,
  setStage,
  type Stage,
} from "./stage.ts";

/**
 * Every schedule of what members do, in contract and model, without playing each from beginning to end: of four members
 * who pay in time, late or not at all there are 43 million.
 *
 * What can become of a circle follows from its books. So schedules that lead to the same books are continued once: from
 * every state in which a round can begin, everything that can be done in that round is done, and then the books are
 * compared, every field, to the unit. How many schedules lead to each state is counted, and in the end they must be all.
 *
 * Books are also the same that differ only in how much more somebody has in the circle than they can still owe. The rules
 * take from a member the smaller of what is owed and what there is, so that what is above it changes nothing but itself.
 * The deep profile does without that for three members.
 */
const HOURS = 3_600_000;

/** A state in which a round begins. */
interface Junction {
  /** One of the schedules that lead here. */
  path: Acts[];
  /** How many there are. */
  schedules: number;
  /** The least that each member has got out of them who always paid in time, if there is one. */
  least: (bigint | undefined)[];
}

interface Walk extends Game {
  /** What a member can do in a round. */
  letters: string;
  /** What of a member's books says what can become of the circle. */
  relevant: (person: Person, game: Game) => ReturnType<typeof everything>;
}

const everything = ({ owes, credit, security, helped, inDefault, served }: Person) => ({
  owes,
  credit,
  security,
  helped,
  inDefault,
  served,
});

const whatCanBeOwed = (person: Person, { rules }: Game) => {
  const owed = person.owes.reduce((sum, assets) => sum + assets, 0n);
  const withPenalty = owed + (owed * rules.penaltyBps + 9_999n) / 10_000n;
  const { credit, security } = person;
  return {
    ...everything(person),
    credit: credit < owed ? credit : owed,
    security: security < withPenalty ? security : withPenalty,
  };
};

describe("Circles do what their rules say in every schedule", () => {
  const all = (name: string, walk: Walk) => {
    const { members } = walk.rules;
    const count = walk.letters.length ** (members * members);
    it(
      `${name}: all ${count.toLocaleString("en")}`,
      async () => {
        const ends = await walkAll(await setStage(await circlesWorld(), members), walk, name);
        expect(ends.reduce((sum, { schedules }) => sum + schedules, 0)).toBe(count);
        if (walk.discounts) return;
        // Who always pays in time loses at most what the circle says, and where all is claimed at once somebody does.
        const whole = BigInt(members) * walk.rules.contribution + walk.rules.collateral;
        const least = ends.flatMap((end) => end.least).reduce(lesser) ?? whole;
        expect(whole - least).toBeLessThanOrEqual(mostAtRisk(walk.rules));
        if (walk.claiming) expect(whole - least).toBe(mostAtRisk(walk.rules));
      },
      4 * HOURS,
    );
  };

  for (const kind of KINDS) {
    for (const claiming of [true, false]) {
      const who = `who ${claiming ? "claim at once" : "leave all in the circle"}, ${kind}`;
      const game = (members: number): Walk => ({
        rules: rulesOf(members, kind),
        acting: [...Array(members).keys()],
        claiming,
        letters: "pld",
        relevant: whatCanBeOwed,
      });
      const three = game(3);
      all(`3 members ${who}`, three);
      if (!isDeep) continue;
      all(`3 members ${who}, nothing left out`, { ...three, relevant: everything });
      for (const acting of [
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ]) {
        all(`3 members ${who}, acting in the order ${acting.join(" ")}`, { ...three, acting });
      }
      for (const letters of ["pldb", "pdbx"]) {
        const discounts = [1_500n, 700n, 1_500n];
        all(`3 members ${who}, by bids (${letters})`, { ...three, letters, discounts });
      }
      all(`4 members ${who}`, game(4));
    }
  }
});

/** From state to state. Says in which ones circles end. */
async function walkAll(stage: Stage, walk: Walk, name: string): Promise<Junction[]> {
  const { members, collateral } = walk.rules;
  const choices = wordsOf(walk.letters, members);
  let level: Junction[] = [
    { path: [], schedules: 1, least: Array.from({ length: members }, () => collateral) },
  ];
  for (let round = 0; round < members; round++) {
    const circles = await openCircles(stage, walk, level.length);
    for (let earlier = 0; earlier < round; earlier++) {
      await circles.playRound(
        earlier,
        level.map(({ path }) => path[earlier] ?? ""),
      );
    }
    const next = new Map<string, Junction>();
    const snapshot = await stage.world.networkHelpers.takeSnapshot();
    for (const acts of choices) {
      await circles.playRound(
        round,
        level.map(() => acts),
      );
      const seen = await circles.look();
      level.forEach((from, index) => {
        const before = modelAfter(walk, from.path);
        const path = [...from.path, acts];
        const after = modelAfter(walk, path);
        expect(seen[index], path.join(" ")).toEqual(booksOf(after, walk, stage.puppets));
        const least = from.least.map((least, who) =>
          least === undefined || !PAYS_IN_TIME.includes(acts.charAt(who))
            ? undefined
            : least + wealthOf(after, who) - wealthOf(before, who),
        );
        const key = stringify([
          after.served,
          after.people.map((person) => walk.relevant(person, walk)),
        ]);
        next.set(key, merged({ path, schedules: from.schedules, least }, next.get(key)));
      });
      await snapshot.restore();
    }
    level = [...next.values()];
    if (isDeep) {
      process.stdout.write(`${name}: round ${round + 1} ends in ${level.length} states\n`);
    }
  }
  return level;
}

function merged(junction: Junction, same: Junction | undefined): Junction {
  if (same === undefined) return junction;
  return {
    path: same.path,
    schedules: same.schedules + junction.schedules,
    least: same.least.map((least, who) => lesser(least, junction.least[who])),
  };
}

function lesser(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function modelAfter(game: Game, path: Acts[]): CircleModel {
  const model = new CircleModel(game.rules);
  for (const acts of path) playInModel(model, game, acts);
  return model;
}

/** What a member has got out of a circle and what is theirs in it. */
function wealthOf(model: CircleModel, who: number): bigint {
  const person = model.people[who];
  if (!person) throw new Error(`there is no member ${who}`);
  return person.takenOut + person.credit + person.security;
}

/** All words of so many letters. */
function wordsOf(letters: string, length: number): string[] {
  if (length === 0) return [""];
  return wordsOf(letters, length - 1).flatMap((word) =>
    Array.from(letters, (letter) => word + letter),
  );
}

const stringify = (value: unknown) =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));

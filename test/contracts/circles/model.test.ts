import type { ContractReturnType } from "@nomicfoundation/hardhat-viem/types";
import { toHex } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../scripts/local/random.ts";
import { circlesWorld, type CirclesWorld, GRACE, PERIOD, ROUND } from "./circles.ts";
import { CircleModel, type Rules } from "./model.ts";

/**
 * `npm test` plays a sample; the deep profile every schedule of three members, every one of four in which late is left
 * out, and a larger sample of the rest.
 */
const deep = process.env["KHIPU_PROPERTIES"] === "deep";
const seed = process.env["KHIPU_TEST_SEED"] ?? String(Date.now());
const SAMPLE = deep ? 4_000 : 40;

/** So many circles fit into a transaction. */
const BATCH = 15;
/** Said beforehand: estimating would run everything many times over. */
const GAS = { gas: 16_000_000n };
/** So many are played side by side. */
const CROWD = 600;

/** What members do in a round: pay in time, pay late, or not at all. */
type Act = "p" | "l" | "d";
/** For each round, what each member does. */
type Schedule = Act[][];

/** Numbers that do not divide: 1,001 units and a penalty of 3.33 percent. */
const CONTRIBUTION = 1_001n;
const PENALTY_BPS = 333n;
const full = (members: number) => BigInt(members - 1) * (CONTRIBUTION + 34n);
const rules = (members: number, collateral: bigint): Rules => ({
  members,
  contribution: CONTRIBUTION,
  collateral,
  penaltyBps: PENALTY_BPS,
});

/** The schedule whose number in base `acts.length` is `index`. Every order of members is among them. */
function scheduleOf(index: number, members: number, acts: readonly Act[]): Schedule {
  return Array.from({ length: members }, () =>
    Array.from({ length: members }, () => {
      const act = acts[index % acts.length];
      index = Math.floor(index / acts.length);
      if (act === undefined) throw new Error("there are no acts");
      return act;
    }),
  );
}

const ALL = ["p", "l", "d"] as const;
const IN_TIME_OR_NOT = ["p", "d"] as const;

function* every(members: number, acts: readonly Act[]): Generator<Schedule> {
  const count = acts.length ** (members * members);
  for (let index = 0; index < count; index++) yield scheduleOf(index, members, acts);
}

function* sample(members: number, random: Random): Generator<Schedule> {
  const most = ALL.length ** (members * members) - 1;
  for (let times = 0; times < SAMPLE; times++) {
    yield scheduleOf(random.between(0, most), members, ALL);
  }
}

describe("Circles do what their rules say, to the unit", () => {
  let world: CirclesWorld;

  beforeAll(async () => {
    process.stdout.write(`seed ${seed} (repeat with KHIPU_TEST_SEED=${seed})\n`);
    world = await circlesWorld();
  });

  for (const members of [3, 4]) {
    const kinds = {
      collateralised: full(members),
      "half trusted": full(members) / 3n,
      trusted: 0n,
    };
    for (const [kind, collateral] of Object.entries(kinds)) {
      for (const claiming of [true, false]) {
        const claims = claiming ? "who claim at once" : "who leave all in the circle";
        it(`with ${members} members ${claims}, ${kind}`, async () => {
          const schedules = sample(members, new Random(`${seed}:${members}:${kind}:${claiming}`));
          await compare(world, rules(members, collateral), schedules, claiming);
        });
        // Four members in every schedule: in the two kinds that differ most.
        if (!deep || (members === 4 && (!claiming || kind === "half trusted"))) continue;
        it(`with ${members} members ${claims}, ${kind}, in every schedule`, async () => {
          const schedules = every(members, members === 3 ? ALL : IN_TIME_OR_NOT);
          await compare(world, rules(members, collateral), schedules, claiming);
        }, 7_200_000);
      }
    }
  }
});

async function compare(
  world: CirclesWorld,
  circleRules: Rules,
  schedules: Iterable<Schedule>,
  claiming: boolean,
) {
  const stage = await world.viem.deployContract("CircleStage", [
    world.circles.address,
    BigInt(circleRules.members),
  ]);
  let crowd: Schedule[] = [];
  for (const schedule of schedules) {
    crowd.push(schedule);
    if (crowd.length < CROWD) continue;
    await play(world, stage, circleRules, crowd, claiming);
    crowd = [];
  }
  if (crowd.length > 0) await play(world, stage, circleRules, crowd, claiming);
}

/** Plays all these schedules at the same time, each in a circle of its own, and looks after each round. */
async function play(
  { circles, terms, networkHelpers }: CirclesWorld,
  stage: ContractReturnType<"CircleStage">,
  circleRules: Rules,
  schedules: Schedule[],
  claiming: boolean,
) {
  const { members, contribution, collateral } = circleRules;
  const size = BigInt(members);
  const first = (await circles.read.circleCount()) + 1n;
  const batches = Array.from({ length: Math.ceil(schedules.length / BATCH) }, (_, index) => {
    const offset = index * BATCH;
    const part = schedules.slice(offset, offset + BATCH);
    return { first: first + BigInt(offset), count: BigInt(part.length), offset, part };
  });
  const chosen = await terms({
    contribution,
    collateral,
    penaltyBps: Number(PENALTY_BPS),
    members,
    open: false,
  });
  for (const { count } of batches) await stage.write.open([chosen, count], GAS);
  const models = schedules.map(() => new CircleModel(circleRules));
  const last = await circles.read.circleOf([first + BigInt(schedules.length) - 1n]);
  const { start } = last;

  for (let round = 0; round < members; round++) {
    const acts = (part: Schedule[]) =>
      toHex(part.flatMap((schedule) => schedule[round] ?? []).join(""));
    const doAll = async (act: Act) => {
      for (const { first: from, part } of batches) {
        await stage.write.pay([from, size, acts(part), toHex(act)], GAS);
      }
      models.forEach((model, index) => {
        schedules[index]?.[round]?.forEach((done, who) => {
          if (done === act) model.pay(who, act === "l");
        });
      });
    };
    // The circles started within minutes of each other.
    await networkHelpers.time.increaseTo(start + round * ROUND + PERIOD / 2);
    await doAll("p");
    await networkHelpers.time.increaseTo(start + round * ROUND + PERIOD + GRACE / 3);
    await doAll("l");
    await networkHelpers.time.increaseTo(start + (round + 1) * ROUND);
    for (const { first: from, count } of batches) await stage.write.settle([from, count], GAS);
    for (const model of models) model.settle();
    if (claiming) {
      for (const { first: from, count } of batches)
        await stage.write.claim([from, count, size], GAS);
      for (const model of models) for (let who = 0; who < members; who++) model.claim(who);
    }
    for (const { first: from, count, offset, part } of batches) {
      const [all, states] = await stage.read.look([from, count, size]);
      part.forEach((schedule, index) => {
        const model = models[offset + index];
        const story = `${schedule.map((done) => done.join("")).join(" ")}, after round ${round}`;
        expect(all[index]?.map(seen), story).toEqual(model?.people.map(expected));
        expect(states[index], story).toBe(model?.over ? 5 : 4);
      });
    }
  }

  if (!claiming) return;
  if (collateral < full(members)) return;
  // Who has paid each round in time has got back all of it, and penalties besides.
  models.forEach((model, index) => {
    model.people.forEach((person, who) => {
      if (!schedules[index]?.every((round) => round[who] === "p")) return;
      expect(person.takenOut).toBeGreaterThanOrEqual(size * contribution + collateral);
    });
  });
}

interface Seen {
  paid: bigint;
  claimable: bigint;
  shares: bigint;
  used: bigint;
  defaulted: boolean;
  served: boolean;
}

const seen = ({ paid, claimable, shares, used, defaulted, served }: Seen): Seen => ({
  paid,
  claimable,
  shares,
  used,
  defaulted,
  served,
});

const expected = (person: CircleModel["people"][number]): Seen => ({
  paid: person.owes.reduce((paid, owed) => paid + CONTRIBUTION - owed, 0n),
  claimable: person.credit,
  shares: person.security,
  used: person.helped,
  defaulted: person.inDefault,
  served: person.served,
});

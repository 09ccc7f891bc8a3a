import type { ContractReturnType } from "@nomicfoundation/hardhat-viem/types";
import { type Address, type Hex, toHex } from "viem";
import { type CirclesWorld, GRACE, ORDER, PERIOD, ROUND, STATE } from "./circles.ts";
import { CircleModel, type Person, type Rules } from "./model.ts";

/**
 * What the members do in one round, a letter for each, by the order of joining: `p` pays in time, `l` late, `d` not at
 * all; `b` pays in time and bids, `x` bids and does not pay. Whoever pays pays all that is due.
 */
export type Acts = string;

export const PAYS_IN_TIME = "pb";
const PAYS_LATE = "l";
const BIDS = "bx";

/** A way to play circles, in the contract and in the model. */
export interface Game {
  rules: Rules;
  /** Who acts after whom, in each phase of a round. */
  acting: number[];
  /** Whether everybody takes out what they can after each round. */
  claiming: boolean;
  /** What each offers when bidding, in circles that go by bids. */
  discounts?: bigint[];
}

/** Numbers that do not divide: 1,001 units and a penalty of 3.33 percent. */
const CONTRIBUTION = 1_001n;
const PENALTY = 34n;
const fullCollateral = (members: number) => BigInt(members - 1) * (CONTRIBUTION + PENALTY);

export const KINDS = ["collateralised", "half trusted", "trusted"] as const;

export function rulesOf(members: number, kind: (typeof KINDS)[number]): Rules {
  const full = fullCollateral(members);
  const collateral = { collateralised: full, "half trusted": full / 3n, trusted: 0n }[kind];
  return { members, contribution: CONTRIBUTION, collateral, penaltyBps: 333n };
}

/** So many circles fit into a transaction. */
const BATCH = 12;
/** Said beforehand: estimating would run everything many times over. */
const GAS = { gas: 16_000_000n };
/** Nobody bids more than that. */
const DEPOSIT = 10_000n;

/** The books of a circle as the contract has them; shares of a circle without the vault are units. */
export type Books = Awaited<ReturnType<Stage["contract"]["read"]["look"]>>[number];

/** Members who can play many circles. */
export interface Stage {
  world: CirclesWorld;
  contract: ContractReturnType<"CircleStage">;
  puppets: Address[];
}

const HIRED_AT_ONCE = 10;

export async function setStage(world: CirclesWorld, members: number): Promise<Stage> {
  const contract = await world.viem.deployContract("CircleStage", [world.circles.address]);
  for (let left = members; left > 0; left -= HIRED_AT_ONCE) {
    await contract.write.hire([BigInt(Math.min(left, HIRED_AT_ONCE))]);
  }
  const puppets = await Promise.all(
    Array.from({ length: members }, (_, seat) => contract.read.puppets([BigInt(seat)])),
  );
  return { world, contract, puppets };
}

/** So many circles that run side by side. */
export async function openCircles({ world, contract }: Stage, game: Game, count: number) {
  const { circles, terms, networkHelpers } = world;
  const { members, contribution, collateral, penaltyBps } = game.rules;
  const order = toHex(new Uint8Array(game.acting));
  const discounts = game.discounts ?? [];
  const byBids = game.discounts !== undefined;
  const chosen = await terms({
    contribution,
    collateral,
    penaltyBps: Number(penaltyBps),
    members,
    open: false,
    ...(byBids && { order: ORDER.bids, bidDeposit: DEPOSIT }),
  });
  const first = (await circles.read.circleCount()) + 1n;
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, index) => {
    const offset = index * BATCH;
    return { from: first + BigInt(offset), offset, size: Math.min(BATCH, count - offset) };
  });
  for (const { size } of batches) await contract.write.open([chosen, BigInt(size)], GAS);
  const { start } = await circles.read.circleOf([first + BigInt(count) - 1n]);

  /** Everybody whose letter is among these, batch by batch. */
  const doAll = async (
    acts: readonly Acts[],
    letters: string,
    act: (from: bigint, who: Hex) => Promise<unknown>,
  ) => {
    for (const { from, offset, size } of batches) {
      const all = acts.slice(offset, offset + size).join("");
      const who = Uint8Array.from(all, (letter) => Number(letters.includes(letter)));
      if (who.includes(1)) await act(from, toHex(who));
    }
  };

  return {
    /** @param acts What happens in each of the circles. */
    async playRound(round: number, acts: readonly Acts[]): Promise<void> {
      // The circles started within minutes of each other.
      await networkHelpers.time.increaseTo(start + round * ROUND + PERIOD / 2);
      await doAll(acts, PAYS_IN_TIME, (from, who) => contract.write.pay([from, order, who], GAS));
      await doAll(acts, BIDS, (from, who) =>
        contract.write.bid([from, order, who, DEPOSIT, discounts], GAS),
      );
      await networkHelpers.time.increaseTo(start + round * ROUND + PERIOD + GRACE / 3);
      await doAll(acts, PAYS_LATE, (from, who) => contract.write.pay([from, order, who], GAS));
      await doAll(acts, BIDS, (from, who) =>
        contract.write.reveal([from, order, who, discounts], GAS),
      );
      await networkHelpers.time.increaseTo(start + (round + 1) * ROUND);
      for (const { from, size } of batches) {
        await contract.write.settle([from, BigInt(size)], GAS);
        if (game.claiming) await contract.write.claim([from, BigInt(size), order], GAS);
      }
    },

    async look(): Promise<Books[]> {
      const parts: Books[][] = [];
      for (const { from, size } of batches) {
        parts.push([...(await contract.read.look([from, BigInt(size)]))]);
      }
      return parts.flat();
    },
  };
}

/** The same round in the model. */
export function playInModel(model: CircleModel, game: Game, acts: Acts): void {
  const doAll = (letters: string, act: (who: number) => void) => {
    for (const who of game.acting) if (letters.includes(acts.charAt(who))) act(who);
  };
  doAll(PAYS_IN_TIME, (who) => {
    model.pay(who, false);
  });
  doAll(BIDS, (who) => {
    model.bid(who, game.discounts?.[who] ?? 0n, DEPOSIT);
  });
  doAll(PAYS_LATE, (who) => {
    model.pay(who, true);
  });
  model.settle();
  if (game.claiming) for (const who of game.acting) model.claim(who);
}

/** The contract counts payments from the first round on, up to the first that is not paid in full. */
function paidInOrder({ owes }: Person, { contribution }: Rules): bigint {
  const first = owes.findIndex((owed) => owed > 0n);
  if (first < 0) return BigInt(owes.length) * contribution;
  return BigInt(first + 1) * contribution - (owes[first] ?? 0n);
}

/** What a member who always pays in time can lose at most: what others owe to their round and no collateral covers. */
export function mostAtRisk({ members, contribution, collateral }: Rules): bigint {
  const others = BigInt(members - 1) * contribution;
  return others > collateral ? others - collateral : 0n;
}

/** The contract's books, if it does what the model does. */
export function booksOf(model: CircleModel, { rules }: Game, puppets: readonly Address[]): Books {
  const sum = (amount: (person: Person) => bigint) =>
    model.people.reduce((total, person) => total + amount(person), 0n);
  const queue = [...new Set([...model.served, ...model.people.keys()])];
  return {
    state: model.over ? STATE.completed : STATE.running,
    settled: BigInt(model.round),
    queue: queue.map((who) => {
      const puppet = puppets[who];
      if (puppet === undefined) throw new Error(`there is no puppet ${who}`);
      return puppet;
    }),
    cash: sum(({ credit, security }) => credit + security),
    shares: 0n,
    leader: "0x0000000000000000000000000000000000000000",
    discount: 0n,
    sealedBids: 0n,
    penalties: 0n,
    members: model.people.map((person, who) => ({
      paid: paidInOrder(person, rules),
      claimable: person.credit,
      joined: true,
      served: person.served,
      defaulted: person.inDefault,
      turn: Math.max(0, model.served.indexOf(who)),
      collateral: person.security,
      shares: 0n,
      claimableShares: 0n,
      used: person.helped,
    })),
    takenOut: model.people.map(({ takenOut }) => takenOut),
  };
}

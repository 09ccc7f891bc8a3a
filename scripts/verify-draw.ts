import { createPublicClient, http } from "viem";
import { deployedAt } from "../protocol/deployment.ts";
import { verifyDraw } from "../protocol/draw.ts";
import { Failure, hideAddresses, parseOptions, reasonOf, runScript } from "./command.ts";
import { deploymentOfChain } from "./deployment-of-chain.ts";
import { readLotteryEvents, readLotteryHead, withBlockTimes, worthAt } from "./lottery-log.ts";
import { verifyAnswer } from "./vrf-answer.ts";

const help = `Usage: npm run verify-draw -- --rpc <url> --round <number> [options]

Reckons a lottery's draw anew from the chain alone and says whether it was honest: who had how much in the round for how
long, whether the oracle's proof of the random word holds, which numbers follow from the word, whom they meet, and whether
everything happened in its time.

The node must keep all logs, blocks and transactions since the lottery was opened; for a round that was not drawn because its
prize was too small it must be an archive node.

  --rpc <url>          a node of the chain
  --round <number>     the round
  --deployment <file>  where the contracts are; by default the deployment that is known for the chain
  --help               this text

Exit codes:
  0  honest, or nothing is wrong so far
  1  not honest
  2  cannot be told with what this node gives, or with these options
`;

const NOT_HONEST = 1;
const CANNOT_BE_TOLD = 2;

await runScript(async () => {
  try {
    process.exitCode = await verify();
  } catch (error) {
    // Without a verdict the exit code must not be one: an error is no accusation.
    const sentence =
      error instanceof Failure ? error.message : `It cannot be told: ${reasonOf(error)}`;
    process.stderr.write(`${hideAddresses(sentence)}\n`);
    process.exitCode = CANNOT_BE_TOLD;
  }
});

async function verify(): Promise<number> {
  const options = parseOptions(help, {
    rpc: { type: "string" },
    round: { type: "string" },
    deployment: { type: "string" },
  });
  if (options === undefined) return 0;
  const { rpc, round } = options;
  if (rpc === undefined || round === undefined) {
    throw new Failure(`--rpc and --round are needed.\n\n${help}`);
  }
  if (!/^[1-9]\d*$/.test(round)) {
    throw new Failure(`--round is "${round}": it must be a number from 1.`);
  }
  const roundId = BigInt(round);
  const chain = createPublicClient({ transport: http(rpc) });
  const deployment = await deploymentOfChain(chain, options.deployment);
  const { address, startBlock } = deployedAt(deployment, "LotteryPool");
  const block = await chain.getBlockNumber({ cacheTime: 0 });
  if ((await chain.getCode({ address })) === undefined) {
    throw new Failure(`There is no lottery at ${address}.`);
  }
  const head = await readLotteryHead(chain, address, block, roundId);
  if (roundId > head.currentRound) throw new Failure(`There is no round ${round} yet.`);
  const logs = await readLotteryEvents(chain, address, BigInt(startBlock), block);
  const events = await withBlockTimes(chain, logs, roundId);
  const report = verifyDraw(events, roundId, head);

  let proof = "";
  // A proof holds or it does not, whatever else the node leaves out.
  let isDisproved = false;
  if (report.word !== undefined) {
    const proven = await verifyAnswer(chain, address, events, roundId).catch((error: unknown) => ({
      unknown: reasonOf(error),
    }));
    if ("unknown" in proven) {
      report.gaps.push(`The node does not give the oracle's answer: ${proven.unknown}`);
    } else if ("fault" in proven) {
      isDisproved = true;
      report.faults.push(proven.fault);
    } else if ("unproven" in proven) proof = ` (on the coordinator's word: ${proven.unproven})`;
    else if (proven.word === report.word) proof = " (the oracle's proof of it holds)";
    else {
      isDisproved = true;
      report.faults.push("The word is not the one that the oracle proved.");
    }
  }
  if (report.tooSmall) {
    const closed = events.find(
      (event) => event.eventName === "RoundClosed" && event.args.roundId === roundId,
    );
    const { prize, minimum } = report.tooSmall;
    const worth = await worthAt(chain, address, prize, closed?.blockNumber ?? 0n);
    if (worth === undefined) {
      report.gaps.push(
        "The node does not know what the prize was worth at the round's end: use an archive node.",
      );
    } else if (worth > minimum + minimum / 1_000n + 1n) {
      report.faults.push(`The prize was worth ${worth}, enough for a draw, but there was none.`);
    }
  }

  say(`round ${round} of ${address}: ${report.state}`);
  say(
    `entries ${report.weights.length}, weight ${report.totalWeight}, prize ${report.prize} shares`,
  );
  if (report.word !== undefined) say(`word ${report.word}${proof}`);
  for (const { winner, tier, player, entry, shares } of report.winners) {
    const who = player === undefined ? "nobody" : `${player} with entry ${entry ?? ""}`;
    say(`winner ${winner} (tier ${tier}): ${who}, ${shares} shares`);
  }
  if (report.woundDown) {
    const { roundId: last, prize, weight } = report.woundDown;
    say(
      `wound down in round ${last}: ${prize} shares that were to be won are paid with tickets, by a weight of ${weight}`,
    );
  }
  for (const sentence of report.gaps) say(`GAP: ${sentence}`);
  for (const sentence of report.faults) say(`FAULT: ${sentence}`);
  if (report.gaps.length > 0 && !isDisproved) {
    say("It cannot be told with what this node gives: ask one that keeps everything.");
    return CANNOT_BE_TOLD;
  }
  if (report.faults.length > 0) {
    say("The draw was not honest.");
    return NOT_HONEST;
  }
  say(report.state === "drawn" ? "The draw was honest." : "Nothing is wrong so far.");
  return 0;
}

function say(what: string): void {
  process.stdout.write(`${what}\n`);
}
